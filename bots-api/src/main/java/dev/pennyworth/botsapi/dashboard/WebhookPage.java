package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.events.DeliveryView;
import dev.pennyworth.botsapi.events.EndpointView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An outbound webhook and the log of its deliveries.
///
/// @param form with what was refused
public record WebhookPage(
    EndpointView endpoint, List<DeliveryView> deliveries, @Nullable String nextCursor, Form form) {
  public WebhookPage {
    deliveries = List.copyOf(deliveries);
  }

  public boolean isEnabled() {
    return endpoint.status().equals("enabled");
  }

  /// How a state is to be coloured.
  public static String kind(String state) {
    return switch (state) {
      case "delivered", "enabled" -> "good";
      case "failed", "disabled" -> "bad";
      default -> "live";
    };
  }
}
