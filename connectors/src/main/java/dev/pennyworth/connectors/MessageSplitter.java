package dev.pennyworth.connectors;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// Splits a reply that is too long for one message: at a paragraph, else at a line, a sentence, a
/// word, and in the middle of a word as the last resort; never within what a reader sees as one
/// character. A code block that is cut is closed in one part and opened again in the next.
///
/// No character is lost: the parts one after another are the text, but for those fences.
public final class MessageSplitter {
  private static final String FENCE = "```";
  private static final String CLOSING = "\n" + FENCE;

  /// A part is at least this share of a message, unless the text ends.
  private static final int PART_SHARE_MIN = 3;

  private static final int FENCE_LENGTH_MAX = 40;

  private final String text;
  private final int lengthMax;
  private final List<String> parts = new ArrayList<>();

  private MessageSplitter(String text, int lengthMax) {
    this.text = text;
    this.lengthMax = lengthMax;
  }

  /// The parts in their order; none is empty.
  ///
  /// @param lengthMax in UTF-16 units; 200 at least
  public static List<String> split(String text, int lengthMax) {
    if (lengthMax < 200) {
      throw new IllegalArgumentException("no platform's messages are so short");
    }
    return text.length() <= lengthMax
        ? List.of(text)
        : new MessageSplitter(text, lengthMax).split();
  }

  private List<String> split() {
    int from = 0;
    String opening = "";
    while (from < text.length()) {
      if (opening.length() + text.length() - from <= lengthMax) {
        parts.add(opening + text.substring(from));
        break;
      }
      int cut = cut(from, from + lengthMax - opening.length() - CLOSING.length());
      String piece = text.substring(from, cut);
      String next = openFence(opening, piece);
      parts.add(opening + piece + (next.isEmpty() ? "" : closing(piece)));
      opening = next;
      from = cut;
    }
    return List.copyOf(parts);
  }

  private static String closing(String piece) {
    return piece.endsWith("\n") ? FENCE : CLOSING;
  }

  /// Where a part ends that begins at `from` and may reach up to `most`.
  private int cut(int from, int most) {
    int least = from + (most - from) / PART_SHARE_MIN;
    int best =
        first(
            least,
            () -> after("\n\n", from, most),
            () -> after("\n", from, most),
            () -> boundary(BreakIterator.getSentenceInstance(Locale.ROOT), from, most),
            () -> after(" ", from, most),
            () -> boundary(BreakIterator.getLineInstance(Locale.ROOT), from, most));
    int cut = best >= 0 ? best : boundary(BreakIterator.getCharacterInstance(), from, most);
    return outsideFenceLine(from, cut > from ? cut : most);
  }

  @SafeVarargs
  private static int first(int least, Supplier<Integer>... places) {
    for (var place : places) {
      int found = place.get();
      if (found >= least) {
        return found;
      }
    }
    return -1;
  }

  private int after(String separator, int from, int most) {
    int at = text.lastIndexOf(separator, most - separator.length());
    return at < from ? -1 : at + separator.length();
  }

  private int boundary(BreakIterator breaks, int from, int most) {
    // What is before does not matter: a long text is not gone through from its beginning each time.
    String window = text.substring(from, Math.min(text.length(), most + 2));
    breaks.setText(window);
    int at = breaks.isBoundary(most - from) ? most - from : breaks.preceding(most - from);
    return at <= 0 ? -1 : from + at;
  }

  /// A line that opens or closes a code block is not cut in two.
  private int outsideFenceLine(int from, int cut) {
    int line = text.lastIndexOf('\n', cut - 1) + 1;
    boolean isCutFence = line > from && line < cut && text.startsWith(FENCE, line);
    return isCutFence && text.charAt(cut - 1) != '\n' ? line : cut;
  }

  /// What opens the code block again that is open at the end of a piece; empty if none is.
  private static String openFence(String opening, String piece) {
    String open = opening;
    for (var line : piece.split("\n", -1)) {
      if (line.startsWith(FENCE)) {
        open = open.isEmpty() ? opener(line) : "";
      }
    }
    return open;
  }

  private static String opener(String line) {
    return (line.length() <= FENCE_LENGTH_MAX ? line.stripTrailing() : FENCE) + "\n";
  }
}
