package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// A person who signs in. Written `usr_…` outside.
public record UserId(UUID uuid) {
  private static final String PREFIX = "usr_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<UserId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(UserId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
