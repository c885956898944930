/// What happens by itself, because time has passed.
@NullMarked
package dev.pennyworth.botsapi.timers;

import org.jspecify.annotations.NullMarked;
