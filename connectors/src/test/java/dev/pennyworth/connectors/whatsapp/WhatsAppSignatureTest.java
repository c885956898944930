package dev.pennyworth.connectors.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WhatsAppSignatureTest {
  /// The second example of RFC 4231.
  private static final Optional<SecretText> SECRET = Optional.of(new SecretText("Jefe"));

  private static final byte[] BODY =
      "what do ya want for nothing?".getBytes(StandardCharsets.UTF_8);
  private static final String GOOD =
      "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

  @Test
  void theSignatureIsTheHmacOfTheBody() {
    assertThat(WhatsAppSignature.isGood(GOOD, BODY, SECRET)).isTrue();
  }

  @Test
  void anythingElseIsNone() {
    assertThat(WhatsAppSignature.isGood(null, BODY, SECRET)).isFalse();
    assertThat(WhatsAppSignature.isGood("", BODY, SECRET)).isFalse();
    assertThat(WhatsAppSignature.isGood(GOOD.substring(7), BODY, SECRET)).isFalse();
    assertThat(WhatsAppSignature.isGood(GOOD.replace("256", "1"), BODY, SECRET)).isFalse();
    assertThat(WhatsAppSignature.isGood(GOOD, new byte[0], SECRET)).isFalse();
  }

  @Test
  void withoutASecretNothingIsGood() {
    assertThat(WhatsAppSignature.isGood(GOOD, BODY, Optional.empty())).isFalse();
    assertThat(WhatsAppSignature.isGood(GOOD, BODY, Optional.of(new SecretText("")))).isFalse();
    assertThat(WhatsAppSignature.isToken("", Optional.of(new SecretText("")))).isFalse();
    assertThat(WhatsAppSignature.isToken("", Optional.empty())).isFalse();
  }
}
