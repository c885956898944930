package dev.pennyworth.agentloop.model;

/// Makes a text from outside storable and sendable: PostgreSQL keeps neither NUL nor half a
/// surrogate pair, and UTF-8 cannot write the latter.
final class CleanText {
  private static final char REPLACEMENT = '\uFFFD';

  private CleanText() {}

  /// The text with each odd character replaced by U+FFFD.
  static String of(String text) {
    if (text.codePoints().noneMatch(CleanText::isOdd)) {
      return text;
    }
    var clean = new StringBuilder(text.length());
    text.codePoints()
        .map(codePoint -> isOdd(codePoint) ? REPLACEMENT : codePoint)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isOdd(int codePoint) {
    return codePoint == 0
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE);
  }
}
