package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// An outbound webhook. Written `whe_…` outside.
public record EndpointId(UUID uuid) {
  private static final String PREFIX = "whe_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<EndpointId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(EndpointId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
