/// The platforms that messages come from and replies go to. This package is the door.
@NullMarked
package dev.pennyworth.connectors;

import org.jspecify.annotations.NullMarked;
