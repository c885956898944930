package dev.pennyworth.botsapi.money;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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
    "tool_name",
    "tokens_input",
    "tokens_output",
    "tokens_cache_read",
    "tokens_cache_write",
    "tokens_cache_write_1h",
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
        Csv.text(row.eventDay()),
        Csv.text(row.botId()),
        Csv.text(row.turnId()),
        Csv.text(row.step()),
        Csv.text(row.purpose()),
        Csv.text(row.llmProvider()),
        Csv.text(row.llmModel()),
        Csv.text(row.toolName()),
        row.tokens().input(),
        row.tokens().output(),
        row.tokens().cacheRead(),
        row.tokens().cacheWrite(),
        row.tokens().cacheWriteHour(),
        row.costCents().toCents(),
        Csv.text(row.priceId()),
        Csv.text(row.providerRequestId()),
        String.join(" ", row.flags()),
        row.hash());
  }
}
