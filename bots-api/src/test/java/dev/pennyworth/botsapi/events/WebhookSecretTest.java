package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

final class WebhookSecretTest {
  /// Source: the test vectors of the Standard Webhooks libraries.
  @Test
  void theKnownVectorIsSignedAsItsAuthorsDo() {
    var secret = new WebhookSecret(new SecretText("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    var headers =
        secret.headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1_614_265_330),
            "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));

    assertThat(headers)
        .containsEntry("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .containsEntry("webhook-timestamp", "1614265330")
        .containsEntry("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void aSecretIsThirtyTwoRandomBytesAfterItsPrefix() {
    var one = WebhookSecret.make(new SecureRandom()).text().reveal();
    var other = WebhookSecret.make(new SecureRandom()).text().reveal();

    assertThat(one).startsWith("whsec_").isNotEqualTo(other);
    assertThat(Base64.getDecoder().decode(one.substring("whsec_".length()))).hasSize(32);
  }
}
