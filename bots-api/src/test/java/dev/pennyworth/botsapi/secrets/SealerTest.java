package dev.pennyworth.botsapi.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.agentloop.SecretText;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SealerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SecretText SECRET = new SecretText("a bot's token, ünd more 🎩");
  private static final Binding BINDING = Binding.of("bot_secret", "team_1", "bt_1", "bot_token");

  private final MasterKey key = newKey();
  private final Sealer sealer = new Sealer(key, RANDOM);

  private static MasterKey newKey() {
    return MasterKey.parse(MasterKey.generate(RANDOM)).orElseThrow();
  }

  @Test
  void whatWasSealedOpens() {
    assertThat(sealer.openText(BINDING, sealer.seal(BINDING, SECRET))).isEqualTo(SECRET);
  }

  @Test
  void theSameSecretIsSealedDifferentlyEachTime() {
    assertThat(sealer.seal(BINDING, SECRET)).isNotEqualTo(sealer.seal(BINDING, SECRET));
  }

  @Test
  void itDoesNotOpenElsewhere() {
    var sealed = sealer.seal(BINDING, SECRET);

    assertThatThrownBy(
            () -> sealer.open(Binding.of("bot_secret", "team_1", "bt_2", "bot_token"), sealed))
        .isInstanceOf(CannotOpen.class);
  }

  @Test
  void partsOfABindingDoNotRunTogether() {
    var sealed = sealer.seal(Binding.of("ab", "c"), SECRET);

    assertThatThrownBy(() -> sealer.open(Binding.of("a", "bc"), sealed))
        .isInstanceOf(CannotOpen.class);
  }

  @Test
  void anotherMasterKeyDoesNotOpenIt() {
    var sealed = sealer.seal(BINDING, SECRET);

    assertThatThrownBy(() -> new Sealer(newKey(), RANDOM).open(BINDING, sealed))
        .isInstanceOf(CannotOpen.class)
        .hasMessageContaining("another master key");
  }

  @Test
  void noByteOfItCanBeChanged() {
    var sealed = sealer.seal(BINDING, SECRET);
    for (int i = 0; i < sealed.length; i++) {
      var changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> sealer.open(BINDING, changed)).isInstanceOf(CannotOpen.class);
    }
  }

  @Test
  void aTextThatIsTooShortDoesNotOpen() {
    assertThatThrownBy(() -> sealer.open(BINDING, new byte[28])).isInstanceOf(CannotOpen.class);
  }

  @Test
  void aFingerprintTellsSecretsApartAndSurvivesARestart() {
    assertThat(sealer.fingerprint(SECRET))
        .hasSize(8)
        .isEqualTo(new Sealer(key, RANDOM).fingerprint(SECRET))
        .isNotEqualTo(sealer.fingerprint(new SecretText("another")))
        .isNotEqualTo(new Sealer(newKey(), RANDOM).fingerprint(SECRET));
  }

  @Test
  void keysOfDifferentPurposesDiffer() {
    assertThat(key.derive("one"))
        .hasSize(32)
        .isNotEqualTo(key.derive("two"))
        .isEqualTo(key.derive("one"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "short", "AAAA", "!!!!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="})
  void whatIsNot32BytesIsNoMasterKey(String text) {
    assertThat(MasterKey.parse(text)).isEmpty();
  }
}
