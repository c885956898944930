/// Tools that models may ask for: those that are built in, owners' HTTP tools, and the tools of MCP
/// servers.
@NullMarked
package dev.pennyworth.agentloop.tools;

import org.jspecify.annotations.NullMarked;
