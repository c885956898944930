package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.List;

/// A Java source taken apart: its code with comments and literals blanked, and its text literals.
/// Both keep the offsets of the source.
///
/// @param code as long as the source; of a text literal only the first and the last quote are left
record JavaText(String code, List<Literal> literals) {
  private static final String TEXT_BLOCK = "\"\"\"";

  /// A string or a text block.
  ///
  /// @param start of the first quote
  /// @param end after the last quote
  /// @param firstLine the line that the value begins on, counted from 1
  record Literal(int start, int end, int firstLine, String value) {}

  JavaText {
    literals = List.copyOf(literals);
  }

  static JavaText of(String source) {
    var scan = new Scan(source);
    scan.all();
    return new JavaText(scan.code.toString(), scan.literals);
  }

  private static final class Scan {
    private final String source;
    private final StringBuilder code;
    private final List<Literal> literals = new ArrayList<>();
    private int at;

    private Scan(String source) {
      this.source = source;
      this.code = new StringBuilder(source);
    }

    private void all() {
      while (at < source.length()) {
        if (source.startsWith("//", at)) {
          skip(indexOf("\n", at));
        } else if (source.startsWith("/*", at)) {
          skip(indexOf("*/", at + 2) + 2);
        } else if (source.startsWith(TEXT_BLOCK, at)) {
          textBlock();
        } else if (source.charAt(at) == '"') {
          string();
        } else if (source.charAt(at) == '\'') {
          skip(closing("'", at + 1) + 1);
        } else {
          at++;
        }
      }
    }

    private void textBlock() {
      var start = at;
      var content = indexOf("\n", at) + 1;
      var close = closing(TEXT_BLOCK, content);
      var value = source.substring(content, close).stripIndent().translateEscapes();
      add(start, close + TEXT_BLOCK.length(), TextFile.lineAt(source, content), value);
    }

    private void string() {
      var start = at;
      var close = closing("\"", at + 1);
      var value = source.substring(start + 1, close).translateEscapes();
      add(start, close + 1, TextFile.lineAt(source, start), value);
    }

    private void add(int start, int end, int firstLine, String value) {
      literals.add(new Literal(start, end, firstLine, value));
      skip(end);
      code.setCharAt(start, '"');
      code.setCharAt(end - 1, '"');
    }

    private int closing(String quote, int from) {
      var found = from;
      while (found < source.length() && !source.startsWith(quote, found)) {
        found += source.charAt(found) == '\\' ? 2 : 1;
      }
      return Math.min(found, source.length() - quote.length());
    }

    private int indexOf(String text, int from) {
      var found = source.indexOf(text, from);
      return found < 0 ? source.length() : found;
    }

    /// Blanks everything up to `end` but line breaks.
    private void skip(int end) {
      var last = Math.min(end, source.length());
      for (; at < last; at++) {
        if (code.charAt(at) != '\n') {
          code.setCharAt(at, ' ');
        }
      }
    }
  }
}
