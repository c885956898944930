package dev.pennyworth.agentloop;

/// Text as a database can keep it: no NUL, no half of a surrogate pair. Both come in through JSON
/// escapes, and neither is a character that a person wrote.
public final class CleanText {
  private static final char REPLACEMENT = '\uFFFD';

  private CleanText() {}

  /// The text with each unstorable character replaced by U+FFFD.
  public static String of(String text) {
    if (text.codePoints().noneMatch(CleanText::isUnstorable)) {
      return text;
    }
    var clean = new StringBuilder(text.length());
    text.codePoints()
        .map(point -> isUnstorable(point) ? REPLACEMENT : point)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isUnstorable(int point) {
    return point == 0 || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
  }
}
