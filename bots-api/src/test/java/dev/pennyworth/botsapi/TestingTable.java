package dev.pennyworth.botsapi;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// The table that a benchmark prints, in Markdown.
final class TestingTable {
  private TestingTable() {}

  /// A row: what is measured with one digit after the point, all else as it is.
  static void print(Object... cells) {
    System.out.println(
        Arrays.stream(cells)
            .map(TestingTable::cell)
            .collect(Collectors.joining(" | ", "| ", " |")));
  }

  private static String cell(Object value) {
    return value instanceof Double number
        ? String.format(Locale.ROOT, "%10.1f", number)
        : String.format(Locale.ROOT, "%10s", value);
  }
}
