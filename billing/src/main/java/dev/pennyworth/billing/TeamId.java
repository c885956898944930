package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// The billing entity that owns wallet, bots and members. Written `team_…` outside.
public record TeamId(UUID uuid) implements Comparable<TeamId> {
  private static final String PREFIX = "team_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<TeamId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(TeamId::new);
  }

  @Override
  public int compareTo(TeamId other) {
    return uuid.compareTo(other.uuid);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
