package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// One event on its way to one endpoint. Written `whd_…` outside.
public record DeliveryId(UUID uuid) {
  private static final String PREFIX = "whd_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<DeliveryId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(DeliveryId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
