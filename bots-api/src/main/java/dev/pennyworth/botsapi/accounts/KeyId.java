package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// An API key. Written `key_…` outside.
public record KeyId(UUID uuid) {
  private static final String PREFIX = "key_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<KeyId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(KeyId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
