package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// Money set aside for one attempt of one step. Written `hold_…` outside.
public record HoldId(UUID uuid) implements Comparable<HoldId> {
  private static final String PREFIX = "hold_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<HoldId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(HoldId::new);
  }

  @Override
  public int compareTo(HoldId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
