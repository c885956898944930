package dev.pennyworth.agentloop;

/// Which tools a bot has.
interface Toolboxes {
  Toolbox of(BotSettings bot);
}
