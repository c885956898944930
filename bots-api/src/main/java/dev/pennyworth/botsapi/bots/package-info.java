/// Owners' bots: making, reading, changing and trying them, and the logs of what they said.
@NullMarked
package dev.pennyworth.botsapi.bots;

import org.jspecify.annotations.NullMarked;
