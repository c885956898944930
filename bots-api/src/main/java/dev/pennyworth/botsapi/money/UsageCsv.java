package dev.pennyworth.botsapi.money;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/// Groups of usage as CSV (RFC 4180), amounts exact.
final class UsageCsv {
  private UsageCsv() {}

  /// @param groupBy heads the column of the keys
  static String write(String groupBy, List<UsageController.Group> groups) {
    var text = new StringBuilder();
    var format =
        CSVFormat.RFC4180
            .builder()
            .setHeader(
                groupBy,
                "name",
                "cost_cents",
                "billed_cents",
                "calls",
                "tokens_input",
                "tokens_output",
                "tokens_cache_read",
                "tokens_cache_write")
            .get();
    try (var csv = new CSVPrinter(text, format)) {
      for (var group : groups) {
        csv.printRecord(
            Csv.text(group.key()),
            Csv.text(group.name()),
            group.costCents().toCents(),
            group.billedCents().toCents(),
            group.calls(),
            group.tokens().input(),
            group.tokens().output(),
            group.tokens().cacheRead(),
            group.tokens().cacheWrite());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return text.toString();
  }
}
