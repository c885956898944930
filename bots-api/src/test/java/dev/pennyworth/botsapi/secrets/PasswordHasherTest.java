package dev.pennyworth.botsapi.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.agentloop.SecretText;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class PasswordHasherTest {
  private static final SecretText PASSWORD = new SecretText("correct horse battery");

  private final PasswordHasher hasher = new PasswordHasher(new SecureRandom(), 2);

  @Test
  void aPasswordIsItsOwnHashsOnly() {
    var hash = hasher.hash(PASSWORD);

    assertThat(hasher.verify(PASSWORD, hash)).isTrue();
    assertThat(hasher.verify(new SecretText("correct horse batterx"), hash)).isFalse();
  }

  @Test
  void aHashIsPhcTextWithTheParametersOfOwasp() {
    assertThat(hasher.hash(PASSWORD))
        .matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
  }

  @Test
  void theSamePasswordIsHashedDifferentlyEachTime() {
    assertThat(hasher.hash(PASSWORD)).isNotEqualTo(hasher.hash(PASSWORD));
  }

  /// Source: the test vectors of the reference implementation, phc-winner-argon2, test.c.
  @Test
  void hashesOfOtherProgramsAreUnderstood() {
    assertThat(
            hasher.verify(
                new SecretText("password"),
                "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ"
                    + "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"))
        .isTrue();
  }

  @Test
  void anythingElseIsNoHash() {
    assertThatThrownBy(() -> hasher.verify(PASSWORD, "md5:123"))
        .isInstanceOf(IllegalStateException.class)
        .message()
        .doesNotContain("md5:123");
  }
}
