package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.CleanText;
import java.util.function.Consumer;

/// Text that comes in pieces and is told on as it comes, clean. The two halves of a character may
/// come in two pieces; they are told together.
final class StreamedText {
  private final Consumer<String> listener;
  private final StringBuilder text = new StringBuilder();
  private int told;

  StreamedText(Consumer<String> listener) {
    this.listener = listener;
  }

  void append(String piece) {
    text.append(piece);
    boolean endsInHalf =
        !text.isEmpty() && Character.isHighSurrogate(text.charAt(text.length() - 1));
    tell(text.length() - (endsInHalf ? 1 : 0));
  }

  /// Tells what was kept back for want of its other half.
  void end() {
    tell(text.length());
  }

  private void tell(int end) {
    if (end > told) {
      listener.accept(CleanText.of(text.substring(told, end)));
      told = end;
    }
  }

  int length() {
    return text.length();
  }

  /// All that came, as it came.
  @Override
  public String toString() {
    return text.toString();
  }
}
