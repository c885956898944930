package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// An event; also the `webhook-id` of every attempt to tell it. Written `evt_…` outside.
public record EventId(UUID uuid) {
  private static final String PREFIX = "evt_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<EventId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(EventId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
