package dev.pennyworth.botsapi.events;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// An endpoint as its owner sees it: without its secret.
///
/// @param events types, and prefixes that end in `*`
/// @param status `enabled` or `disabled`
/// @param lastDelivery the newest, whatever became of it
public record EndpointView(
    EndpointId id,
    String url,
    List<String> events,
    String status,
    Optional<String> disabledReason,
    Optional<Instant> disabledAt,
    Optional<DeliveryView> lastDelivery,
    Instant createdAt) {
  public EndpointView {
    events = List.copyOf(events);
  }
}
