package dev.pennyworth.botsapi.money;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What usage can be grouped by.
public enum UsageGroup {
  BOT("bot"),
  /// Provider and model; tool calls have none.
  MODEL("model"),
  /// The bot's own day.
  DAY("day"),
  CHANNEL("channel"),
  /// A person who was erased appears as `erased`.
  END_USER("end_user"),
  /// Model calls have none.
  TOOL("tool"),
  PURPOSE("purpose");

  public static final List<String> WORDS = Stream.of(values()).map(UsageGroup::word).toList();

  private final String word;

  UsageGroup(String word) {
    this.word = word;
  }

  static Optional<UsageGroup> parse(String word) {
    return Stream.of(values()).filter(group -> group.word.equals(word)).findFirst();
  }

  /// The word that HTTP and SQL use.
  public String word() {
    return word;
  }
}
