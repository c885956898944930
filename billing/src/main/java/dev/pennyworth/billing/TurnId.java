package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// All the work that one inbound message causes. Written `turn_…` outside.
public record TurnId(UUID uuid) implements Comparable<TurnId> {
  private static final String PREFIX = "turn_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<TurnId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(TurnId::new);
  }

  @Override
  public int compareTo(TurnId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
