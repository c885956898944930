package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The clock stands at noon of 2026-03-14; gpt-4o-mini costs $0.15 and $0.60 since 2026-01-01.
class JdbcOperatorPricesTest {
  private static final String DEARER =
      "{'provider':'openai','model':'gpt-4o-mini','input':'0.30','output':'1.20','effective_from':'%s'}";

  private final TestingBilling billing = new TestingBilling();
  private final JdbcToolPrices toolPrices =
      new BillingWiring().toolPrices(billing.jdbi, billing.now::get);
  @TempDir private Path home;

  @AfterEach
  void close() {
    billing.close();
  }

  @Test
  void aChangeWithALaterDateIsInForceAtOnceAndSaysWhatItReplaced() {
    write(DEARER.formatted("2026-03-14"), "");

    var changes = prices().load();

    assertThat(changes).hasSize(1);
    assertThat(changes.getFirst().priceId()).isEqualTo("openai/gpt-4o-mini@2026-03-14");
    assertThat(changes.getFirst().from().orElseThrow()).containsEntry("input", "0.15");
    assertThat(changes.getFirst().to()).containsEntry("input", "0.3");
    assertThat(inputNow()).isEqualTo(300_000_000);
    assertThat(prices().load()).as("the same file again").isEmpty();
  }

  @Test
  void aVersionOfTheFutureTakesEffectAtItsTimeWithoutAReload() {
    write(DEARER.formatted("2026-03-14T12:30:00Z"), tool("2026-03-14T12:30:00Z", "0.5"));
    prices().load();

    assertThat(inputNow()).isEqualTo(150_000_000);
    assertThat(toolPrices.current("t")).isEmpty();
    billing.now.set(Instant.parse("2026-03-14T12:30:00Z"));
    assertThat(inputNow()).isEqualTo(300_000_000);
    assertThat(toolPrices.current("t").orElseThrow().base()).isEqualTo(new NanoUsd(5_000_000));
  }

  @Test
  void aBadEntryTakesAllOthersWithIt() {
    var before = rows();
    write(
        DEARER.formatted("2026-03-14") + "," + DEARER.formatted("2026-01-01"),
        tool("2026-03-01", "0.5"));

    assertThatThrownBy(() -> prices().load())
        .isInstanceOf(PriceFileRefused.class)
        .hasMessage(
            "The price openai/gpt-4o-mini@2026-01-01 was published with other figures before; give"
                + " the change a later effective_from instead.");
    assertThat(rows()).isEqualTo(before);
    assertThat(inputNow()).isEqualTo(150_000_000);
  }

  @Test
  void aBadToolTakesTheModelsWithIt() {
    write("", tool("2026-03-01", "0.5"));
    prices().load();
    var before = rows();
    write(DEARER.formatted("2026-03-14"), tool("2026-02-01", "0.5"));

    assertThatThrownBy(() -> prices().load())
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("tool/t@2026-02-01 would change what was in force already")
        .hasMessageContaining("later than 2026-03-01");
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void aVersionBeforeTheOneInForceIsRefused() {
    write(DEARER.formatted("2025-12-31"), "");

    assertThatThrownBy(() -> prices().load())
        .isInstanceOf(PriceFileRefused.class)
        .hasMessageContaining("later than 2026-01-01");
  }

  @Test
  void aModelThatTheOperatorPricesIsNotChangedByANewerProgram() {
    write(DEARER.formatted("2026-02-01"), "");
    prices().load();
    var shippedLater =
        new Price(
            "openai/gpt-4o-mini@2026-03-01",
            "openai",
            "gpt-4o-mini",
            "GPT-4o mini",
            1,
            1,
            1,
            1,
            true,
            Instant.parse("2026-03-01T00:00:00Z"));

    billing.prices.publish(List.of(shippedLater));

    assertThat(inputNow()).isEqualTo(300_000_000);
  }

  @Test
  void aRetiredModelHasNoPriceFromThenOn() {
    write(
        "{'provider':'openai','model':'gpt-4o-mini','retired':true,'effective_from':'2026-03-15'}",
        "");
    prices().load();
    assertThat(inputNow()).isEqualTo(150_000_000);

    billing.now.set(Instant.parse("2026-03-15T00:00:00Z"));

    assertThat(billing.prices.current("openai", "gpt-4o-mini")).isEmpty();
    assertThat(billing.prices.allCurrent())
        .extracting(Price::model)
        .contains("gpt-4o")
        .doesNotContain("gpt-4o-mini");
  }

  @Test
  void aPriceThatChangesWhileAStepIsHeldDoesNotReachIt() {
    var hold = billing.granted(billing.request(1, 1_000, 1_000).build());
    write(DEARER.formatted("2026-03-14"), "");
    prices().load();

    var stored =
        billing.jdbi.inTransaction(
            tx -> billing.gate.openHolds(tx, billing.team, hold.key().turn()).getFirst());
    var charge = billing.settle(stored, new TokenUsage(485, 42, 0, 0));

    assertThat(charge.cost()).isEqualTo(new NanoUsd(97_950));
    assertThat(lastPriceId()).isEqualTo("openai/gpt-4o-mini@2026-01-01");
    var next =
        billing.granted(
            billing
                .request(1, 1_000, 1_000)
                .withPrice(billing.prices.current("openai", "gpt-4o-mini").orElseThrow())
                .build());
    assertThat(billing.settle(next, new TokenUsage(485, 42, 0, 0)).cost())
        .isEqualTo(new NanoUsd(2 * 97_950));
    assertThat(lastPriceId()).isEqualTo("openai/gpt-4o-mini@2026-03-14");
    assertThat(billing.prove().firstMismatch()).isEmpty();
  }

  @Test
  void severalNodesThatReadTheSameFileAtOncePublishItOnce() throws Exception {
    write(DEARER.formatted("2026-03-14"), tool("2026-03-14", "0.5"));
    var tasks = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 8; i++) {
      tasks.add(() -> prices().load().size());
    }
    int published = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var result : threads.invokeAll(tasks)) {
        published += result.get();
      }
    }

    assertThat(published).isEqualTo(2);
  }

  private JdbcOperatorPrices prices() {
    return new BillingWiring()
        .operatorPrices(
            billing.jdbi,
            toolPrices,
            new PriceSettings(home.resolve("prices.json")),
            billing.now::get);
  }

  private void write(String models, String tools) {
    try {
      Files.writeString(
          home.resolve("prices.json"),
          "{'models':[%s],'tools':[%s]}".formatted(models, tools).replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tool(String from, String cents) {
    return "{'tool':'t','price_cents':'%s','effective_from':'%s','price_rules':[{'argument':'a','equals':'b','price_cents':'2'},{'argument':'c','per_unit_cents':'3'}]}"
        .formatted(cents, from);
  }

  private long inputNow() {
    return billing.prices.current("openai", "gpt-4o-mini").orElseThrow().inputNanosPerMillion();
  }

  private long rows() {
    return billing.jdbi.withHandle(handle ->
        handle
            .select("SELECT (SELECT count(*) FROM price) + (SELECT count(*) FROM tool_price)")
            .mapTo(Long.class)
            .one());
  }

  private String lastPriceId() {
    return billing.jdbi.withHandle(handle ->
        handle
            .select(
                "SELECT price_id FROM ledger_transaction WHERE kind = 'charge' ORDER BY seq DESC LIMIT 1")
            .mapTo(String.class)
            .one());
  }
}
