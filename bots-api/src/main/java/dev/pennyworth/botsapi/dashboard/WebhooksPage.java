package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.EventType;
import dev.pennyworth.botsapi.events.EndpointView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Outbound webhooks, without their secrets.
///
/// @param secret of the one that has just been made: this page alone shows it
public record WebhooksPage(
    List<EndpointView> endpoints, @Nullable String nextCursor, Form form, Optional<String> secret) {
  /// What can be listened to.
  public static final List<String> EVENTS =
      Stream.of(EventType.values())
          .filter(type -> type != EventType.PING)
          .map(EventType::word)
          .toList();

  public WebhooksPage {
    endpoints = List.copyOf(endpoints);
  }
}
