package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The database holds the invariants by itself, whatever Java decides.
class ConstraintTest {
  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void close() {
    billing.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE wallet SET held_nanos = balance_nanos + 1 | wallet_covers_what_it_holds",
        "UPDATE wallet SET balance_nanos = held_nanos - 1 | wallet_covers_what_it_holds",
        "UPDATE wallet SET held_nanos = -1 | wallet_held_is_not_negative",
        "UPDATE budget SET held_nanos = ceiling_nanos + 1 WHERE kind = 'lifetime' | budget_is_not_exceeded",
        "UPDATE budget SET spent_nanos = ceiling_nanos WHERE kind = 'lifetime' | budget_is_not_exceeded",
        "UPDATE budget SET held_nanos = -1 | budget_held_is_not_negative",
        "UPDATE budget SET spent_nanos = -1 | budget_spent_is_not_negative",
        "UPDATE hold SET state = 'voided' | hold_is_resolved_at_some_time",
        "UPDATE hold SET cost_nanos = 0 | hold_has_a_cost_once_settled",
        "UPDATE hold SET state = 'settled', resolved_at = created_at, cost_nanos = amount_nanos + 1"
            + " | hold_covers_its_cost",
        "UPDATE price SET input_nanos_per_million = -1 | price_is_not_negative",
        "UPDATE price SET cache_read_nanos_per_million = input_nanos_per_million + 1"
            + " | price_of_cache_read_is_at_most_input",
        "UPDATE bot_limit SET limit_nanos = -1 | bot_limit_is_not_negative"
      })
  void aStatementThatWouldBreakAnInvariantIsRefusedByTheConstraint(
      String statement, String constraint) {
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(1_000_000_000)));
    billing.granted(billing.request(1, 50, 100).build());

    assertThatThrownBy(() -> billing.jdbi.useHandle(handle -> handle.execute(statement)))
        .hasStackTraceContaining(constraint);
  }

  @Test
  void aBusinessEventIsBookedOnceEvenIfJavaTriesTwice() {
    billing.jdbi.useTransaction(
        tx -> billing.wallets.credit(tx, billing.team, "payment-1", NanoUsd.ofCents(500)));

    assertThatThrownBy(() ->
            billing.jdbi.useTransaction(
                tx -> billing.wallets.credit(tx, billing.team, "payment-1", NanoUsd.ofCents(500))))
        .hasStackTraceContaining("ledger_transaction");
    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(500));
  }

  @Test
  void aPublishedPriceKeepsItsFigures() {
    var price = TestingBilling.GPT_4O_MINI;
    var dearer =
        new Price(
            price.id(),
            price.provider(),
            price.model(),
            price.name(),
            price.inputNanosPerMillion() + 1,
            price.outputNanosPerMillion(),
            price.cacheReadNanosPerMillion(),
            price.cacheWriteNanosPerMillion(),
            price.callsTools(),
            price.effectiveFrom());

    assertThatThrownBy(() -> billing.prices.publish(List.of(dearer)))
        .hasMessageContaining("later effective_from");
    assertThat(billing.prices.current(price.provider(), price.model())).contains(price);
  }

  @Test
  void linesThatDoNotAddUpToZeroAreNoTransaction() {
    assertThatThrownBy(() ->
            new Posting(
                "somewhere",
                Posting.Kind.DEPOSIT,
                Optional.empty(),
                List.of(new Posting.Line(Posting.Account.WALLET, new NanoUsd(1)))))
        .hasMessageContaining("add up to zero");
  }
}
