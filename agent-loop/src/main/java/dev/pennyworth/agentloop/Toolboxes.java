package dev.pennyworth.agentloop;

/// Which tools a bot has. May ask MCP servers: not to be called in a transaction.
interface Toolboxes {
  Toolbox of(BotSettings bot);

  /// Whether there are tools among them that the owner set up in the bot's workspace. Those must
  /// not be left out in silence; built-in ones may.
  default boolean hasOwnersTools(BotSettings bot) {
    return false;
  }
}
