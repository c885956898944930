package dev.pennyworth.agentloop;

/// Which tools a bot has. May ask MCP servers: not to be called in a transaction.
interface Toolboxes {
  Toolbox of(BotSettings bot);
}
