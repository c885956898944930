/// Workspaces: the tools that owners set up for their bots, what they cost, and their secrets.
@NullMarked
package dev.pennyworth.botsapi.workspaces;

import org.jspecify.annotations.NullMarked;
