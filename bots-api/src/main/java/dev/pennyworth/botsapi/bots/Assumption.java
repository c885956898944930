package dev.pennyworth.botsapi.bots;

/// A figure that a forecast rests on.
///
/// @param source `request`, `bot_history` (the mean of the bot's last 30 days), `bot` (its
///   settings) or `default`
public record Assumption(String name, Object value, String source) {
  static final String REQUEST = "request";
  static final String HISTORY = "bot_history";
  static final String BOT = "bot";
  static final String DEFAULT = "default";

  /// What a model call reads, where nothing better is known.
  static final long INPUT_TOKENS = 500;

  /// What a model call writes, where nothing better is known.
  static final long OUTPUT_TOKENS = 300;
}
