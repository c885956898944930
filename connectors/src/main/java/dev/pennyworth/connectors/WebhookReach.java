package dev.pennyworth.connectors;

import java.net.URI;
import java.util.Optional;

/// Whether platforms on the internet can send to the webhooks here.
public record WebhookReach(boolean isPublic) {

  /// @param publicUrl as the operator set it
  public static WebhookReach of(Optional<URI> publicUrl) {
    return new WebhookReach(publicUrl.filter(WebhookReach::isPublic).isPresent());
  }

  private static boolean isPublic(URI url) {
    var host = String.valueOf(url.getHost());
    boolean isHere = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    return "https".equals(url.getScheme()) && !isHere;
  }
}
