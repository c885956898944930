package dev.pennyworth.botsapi.events;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/// Signs as Standard Webhooks says, through its own library: `v1,` and the base64 HMAC-SHA256 of
/// `{id}.{timestamp}.{body}`.
///
/// Source: standardwebhooks.com, specification 1.0.
record WebhookSecret(SecretText text) {
  private static final String PREFIX = "whsec_";
  private static final int BYTES = 32;

  /// A new secret.
  static WebhookSecret make(SecureRandom random) {
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return new WebhookSecret(new SecretText(PREFIX + Base64.getEncoder().encodeToString(bytes)));
  }

  /// The headers of an attempt.
  ///
  /// @param id the same in every attempt, so that a receiver can tell repeats
  /// @param at when the attempt is made
  Map<String, String> headers(String id, Instant at, byte[] body) {
    try {
      var signature =
          new Webhook(text.reveal())
              .sign(id, at.getEpochSecond(), new String(body, StandardCharsets.UTF_8));
      return Map.of(
          "webhook-id", id,
          "webhook-timestamp", Long.toString(at.getEpochSecond()),
          "webhook-signature", signature);
    } catch (EmptyWebhookSecretException | WebhookSigningException e) {
      throw new IllegalStateException("an endpoint's secret cannot sign", e);
    }
  }
}
