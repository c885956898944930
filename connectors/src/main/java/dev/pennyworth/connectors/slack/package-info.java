/// Slack: what comes in, what goes out, and how bots are connected.
@NullMarked
package dev.pennyworth.connectors.slack;

import org.jspecify.annotations.NullMarked;
