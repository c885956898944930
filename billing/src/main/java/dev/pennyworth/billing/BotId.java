package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// A bot. Written `bt_…` outside.
public record BotId(UUID uuid) implements Comparable<BotId> {
  private static final String PREFIX = "bt_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<BotId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(BotId::new);
  }

  @Override
  public int compareTo(BotId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
