package dev.pennyworth.botsapi.money;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/// Ledger rows as CSV (RFC 4180), amounts exact.
final class LedgerCsv {
  private static final String[] COLUMNS = {
    "id",
    "txn_id",
    "at",
    "kind",
    "amount_cents",
    "balance_after_cents",
    "event_day",
    "bot_id",
    "turn_id",
    "step",
    "purpose",
    "llm_provider",
    "llm_model",
    "tokens_input",
    "tokens_output",
    "tokens_cache_read",
    "tokens_cache_write",
    "cost_cents",
    "price_id",
    "provider_request_id",
    "flags",
    "hash"
  };

  private LedgerCsv() {}

  static String write(List<LedgerEntryView> rows) {
    var text = new StringBuilder();
    var format = CSVFormat.RFC4180.builder().setHeader(COLUMNS).get();
    try (var csv = new CSVPrinter(text, format)) {
      for (var row : rows) {
        write(csv, row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return text.toString();
  }

  private static void write(CSVPrinter csv, LedgerEntryView row) throws IOException {
    csv.printRecord(
        row.id(),
        row.txnId(),
        row.at(),
        row.kind(),
        row.amountCents().toCents(),
        row.balanceAfterCents().toCents(),
        text(row.eventDay()),
        text(row.botId()),
        text(row.turnId()),
        text(row.step()),
        text(row.purpose()),
        text(row.llmProvider()),
        text(row.llmModel()),
        row.tokens().input(),
        row.tokens().output(),
        row.tokens().cacheRead(),
        row.tokens().cacheWrite(),
        row.costCents().toCents(),
        text(row.priceId()),
        text(row.providerRequestId()),
        String.join(" ", row.flags()),
        row.hash());
  }

  /// A spreadsheet would run a text that begins like a formula; a quote in front makes it a text.
  private static String text(Optional<?> value) {
    String text = value.map(Object::toString).orElse("");
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }
}
