package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a provider's cache keeps for an hour has a price of its own.
class CacheWriteTest {
  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void close() {
    billing.close();
  }

  @Test
  void whatWasWrittenToTheCacheForAnHourIsChargedAtItsOwnPriceAndReadsBack() {
    var hold =
        billing.granted(billing.request(1, 1_000, 5_000).withPrice(TestingBilling.SONNET).build());
    var usage = new TokenUsage(100, 50, 0, 200, 300);

    var charge = billing.settle(hold, usage);

    assertThat(charge.cost())
        .isEqualTo(new NanoUsd(100 * 3_000 + 50 * 15_000 + 200 * 3_750 + 300 * 6_000));
    assertThat(rows().getFirst().tokens()).isEqualTo(usage);
    assertThat(billing.prove().firstMismatch()).isEmpty();
  }

  @Test
  void anHoursCacheWriteBeyondTheHoldIsPaidByTheHouse() {
    var hold =
        billing.granted(billing.request(1, 16, 1_000).withPrice(TestingBilling.SONNET).build());

    var charge = billing.settle(hold, new TokenUsage(0, 16, 0, 0, 1_000));

    assertThat(hold.amount()).isEqualTo(new NanoUsd(1_000 * 3_750 + 16 * 15_000));
    assertThat(charge.cost()).isEqualTo(hold.amount());
    assertThat(charge.flags()).containsExactly("over_hold");
    assertThat(rows().getFirst().entries())
        .contains(new LedgerRow.Entry("house", new NanoUsd(-1_000 * (6_000 - 3_750))));
  }

  @Test
  void aPriceOfBeforeThereWereHoursAsksForThemWhatItAsksForMinutes() {
    billing.prices.publish(List.of(TestingBilling.GPT_4O_MINI));
    int emptied =
        billing.jdbi.withHandle(handle ->
            handle.execute(
                "UPDATE price SET cache_write_1h_nanos_per_million = NULL"
                    + " WHERE price_id = 'openai/gpt-4o-mini@2026-01-01'"));
    assertThat(emptied).isEqualTo(1);

    billing.prices.publish(List.of(TestingBilling.GPT_4O_MINI));

    assertThat(billing.prices.current("openai", "gpt-4o-mini"))
        .contains(TestingBilling.GPT_4O_MINI);
  }

  private List<LedgerRow> rows() {
    return billing.ledger.list(
        billing.team,
        new JdbcLedger.Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Long.MAX_VALUE,
            50));
  }
}
