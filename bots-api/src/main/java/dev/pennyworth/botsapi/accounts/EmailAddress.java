package dev.pennyworth.botsapi.accounts;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// An e-mail address, in lower case: whoever signs in may write it in any case.
public record EmailAddress(String text) {
  /// What [#parse] takes, in words.
  public static final String ALLOWED =
      "an e-mail address such as name@example.com, at most 254 characters";

  private static final int LENGTH_MAX = 254;
  private static final Pattern SHAPE =
      Pattern.compile(
          "[^\\s@\\p{Cntrl}<>\"(),:;\\[\\]\\\\]{1,64}@[\\p{L}\\p{N}](?:[\\p{L}\\p{N}.-]*[\\p{L}\\p{N}])?");

  /// Reads an address; empty if it cannot be one. Whether it exists, only a mail can tell.
  public static Optional<EmailAddress> parse(String text) {
    String stripped = text.strip();
    boolean fits =
        stripped.length() <= LENGTH_MAX
            && SHAPE.matcher(stripped).matches()
            && !stripped.contains("..");
    return fits
        ? Optional.of(new EmailAddress(stripped.toLowerCase(Locale.ROOT)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return text;
  }
}
