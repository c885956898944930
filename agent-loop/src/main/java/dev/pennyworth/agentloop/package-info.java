/// A turn, from accepted message to reply. This package is the door.
@NullMarked
package dev.pennyworth.agentloop;

import org.jspecify.annotations.NullMarked;
