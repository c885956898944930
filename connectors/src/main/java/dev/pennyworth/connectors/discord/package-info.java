/// Discord: what comes in, what goes out, and how bots are connected.
@NullMarked
package dev.pennyworth.connectors.discord;

import org.jspecify.annotations.NullMarked;
