package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import java.util.Optional;

/// A password that may be set.
public record Password(SecretText secret) {
  /// What [#parse] takes, in words.
  public static final String ALLOWED = "a password of 8 to 200 characters";

  private static final int LENGTH_MIN = 8;
  private static final int LENGTH_MAX = 200;

  /// Reads a password; empty if it is too short or too long.
  public static Optional<Password> parse(String text) {
    int length = text.codePointCount(0, text.length());
    return length >= LENGTH_MIN && length <= LENGTH_MAX
        ? Optional.of(new Password(new SecretText(text)))
        : Optional.empty();
  }
}
