package dev.pennyworth.agentloop;

import java.util.Locale;
import java.util.Optional;

/// What an end user can ask of the bot itself, past its model.
enum Command {
  /// Forgets the conversation and begins a new one.
  RESET,
  /// Tells what the conversation has cost.
  COST,
  /// How platforms open a conversation with a bot.
  START;

  /// The command that a message is; empty for anything else. In groups, platforms append the bot's
  /// name: `/reset@my_bot`.
  static Optional<Command> of(String message) {
    String word = message.strip();
    int at = word.indexOf('@');
    return switch ((at < 0 ? word : word.substring(0, at)).toLowerCase(Locale.ROOT)) {
      case "/reset" -> Optional.of(RESET);
      case "/cost" -> Optional.of(COST);
      case "/start" -> Optional.of(START);
      default -> Optional.empty();
    };
  }
}
