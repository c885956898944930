package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The rules of money as text tables: one row a case, the expected outcome last. See [LedgerCase]
/// for the words.
class LedgerTest {
  private static final List<String> TABLES =
      List.of("two-phase", "caps", "concurrency", "thresholds", "modes", "time");
  private static final TestingBilling BILLING = new TestingBilling();

  @AfterAll
  static void close() {
    BILLING.close();
  }

  @TestFactory
  Stream<DynamicTest> everyRowComesOutAsWritten() {
    return rows().map(row -> DynamicTest.dynamicTest(row.table() + ": " + row.name(), row::run));
  }

  @Test
  void thereAreAtLeastSixtyCases() {
    assertThat(rows()).hasSizeGreaterThanOrEqualTo(60);
  }

  private record Row(String table, String name, long walletCents, String deeds, String outcome) {
    static Row of(String table, String line) {
      var cells = line.split("\\|", -1);
      assertThat(cells).as(line).hasSize(4);
      return new Row(
          table,
          cells[0].strip(),
          Long.parseLong(cells[1].strip()),
          cells[2].strip(),
          cells[3].strip());
    }

    void run() {
      new LedgerCase(BILLING, walletCents).run(deeds, outcome);
    }
  }

  private static Stream<Row> rows() {
    return TABLES.stream()
        .flatMap(table ->
            read(table)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> Row.of(table, line)));
  }

  private static String read(String table) {
    try (InputStream file = LedgerTest.class.getResourceAsStream(table + ".ledger")) {
      return new String(
          Optional.ofNullable(file).orElseThrow().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError(table + ".ledger cannot be read", e);
    }
  }
}
