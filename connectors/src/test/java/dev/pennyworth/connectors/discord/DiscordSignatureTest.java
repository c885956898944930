package dev.pennyworth.connectors.discord;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signed by the JDK, checked by ours.
class DiscordSignatureTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000);
  private static final String STAMP = "1790000000";
  private static final byte[] BODY = "{\"type\":1,\"x\":\"é\"}".getBytes(UTF_8);

  private final KeyPair pair = pair();

  @Test
  void whatDiscordSignedIsGood() {
    assertThat(problem(sign(STAMP, BODY), STAMP, BODY, key(pair))).isEmpty();
    assertThat(problem(sign(STAMP, BODY).toUpperCase(Locale.ROOT), STAMP, BODY, key(pair)))
        .isEmpty();
  }

  @Test
  void anotherBodyTimestampKeyOrSignatureIsRefused() {
    var good = sign(STAMP, BODY);
    var changed = BODY.clone();
    changed[changed.length - 1] ^= 1;

    assertThat(problem(good, STAMP, changed, key(pair))).isPresent();
    assertThat(problem(good, "1790000001", BODY, key(pair))).isPresent();
    assertThat(problem(good, STAMP, BODY, key(pair()))).isPresent();
    assertThat(problem(sign(STAMP, changed), STAMP, BODY, key(pair))).isPresent();
    assertThat(problem("0".repeat(128), STAMP, BODY, key(pair))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "zz", "ed25519=00"})
  void whatIsNoSignatureIsRefused(String signature) {
    assertThat(problem(signature, STAMP, BODY, key(pair))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "not hex",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000"
      })
  void withAKeyThatIsNoneNothingIsGood(String key) {
    assertThat(problem(sign(STAMP, BODY), STAMP, BODY, key)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "1789999700, true", "1789999699, false", "1790000300, true", "1790000301, false",
    "'', false", "-1, false", "1e9, false", "99999999999999999999, false"
  })
  void aTimestampMayBeFiveMinutesOffEitherWay(String stamp, boolean isGood) {
    assertThat(problem(sign(stamp, BODY), stamp, BODY, key(pair)).isEmpty()).isEqualTo(isGood);
  }

  @Test
  void withoutAHeaderNothingIsGood() {
    assertThat(DiscordSignature.problem(null, STAMP, BODY, key(pair), NOW)).isPresent();
    assertThat(DiscordSignature.problem(sign(STAMP, BODY), null, BODY, key(pair), NOW)).isPresent();
  }

  private static Optional<String> problem(String signature, String stamp, byte[] body, String key) {
    return DiscordSignature.problem(signature, stamp, body, key, NOW);
  }

  private String sign(String stamp, byte[] body) {
    try {
      var signer = Signature.getInstance("Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(stamp.getBytes(UTF_8));
      signer.update(body);
      return HexFormat.of().formatHex(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair pair() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The last 32 bytes of how Java encodes it.
  private static String key(KeyPair of) {
    byte[] encoded = of.getPublic().getEncoded();
    return HexFormat.of()
        .formatHex(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
  }
}
