package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// Random secrets that are shown once and kept as SHA-256: 32 random bytes need no salt.
final class Tokens {
  private static final int SECRET_BYTES = 32;

  private final SecureRandom random;

  Tokens(SecureRandom random) {
    this.random = random;
  }

  /// A prefix and 43 characters of base64url.
  SecretText make(String prefix) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return new SecretText(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  static byte[] hash(SecretText token) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(token.reveal().getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
