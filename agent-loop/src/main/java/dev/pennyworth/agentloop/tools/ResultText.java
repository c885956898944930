package dev.pennyworth.agentloop.tools;

/// Cuts text at a length.
public final class ResultText {
  private ResultText() {}

  /// The beginning of a text, at most so many characters; a pair that makes up one is not cut in
  /// two.
  public static String cut(String text, int charactersMax) {
    if (text.length() <= charactersMax) {
      return text;
    }
    boolean isInAPair = Character.isHighSurrogate(text.charAt(charactersMax - 1));
    return text.substring(0, isInAPair ? charactersMax - 1 : charactersMax);
  }
}
