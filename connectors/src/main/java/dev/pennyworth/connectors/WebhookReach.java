package dev.pennyworth.connectors;

import java.net.URI;
import java.util.Optional;

/// Whether platforms can send to the webhooks here.
///
/// @param isPublic whether those on the internet can: `PENNYWORTH_PUBLIC_URL` is an https address
/// @param isSet whether the operator has set any address, which a platform of his own may reach
public record WebhookReach(boolean isPublic, boolean isSet) {

  /// @param publicUrl as the operator set it
  public static WebhookReach of(Optional<URI> publicUrl) {
    return new WebhookReach(
        publicUrl.filter(WebhookReach::isPublic).isPresent(), publicUrl.isPresent());
  }

  private static boolean isPublic(URI url) {
    var host = String.valueOf(url.getHost());
    boolean isHere = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    return "https".equals(url.getScheme()) && !isHere;
  }
}
