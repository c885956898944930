package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The database holds the gate to its word: whatever code writes, each of these is refused by the
/// constraint that is named, and by no other.
class MoneyConstraintsTest {
  private final TestingBilling billing = new TestingBilling();

  @BeforeEach
  void anOpenAndASettledHold() {
    billing.setLimits(Map.of(LimitKind.LIFETIME, NanoUsd.ofCents(100)));
    billing.settle(
        billing.granted(billing.request(1, 50, 100).build()), new TokenUsage(90, 40, 0, 0));
    billing.granted(billing.request(1, 50, 100).build());
    billing.plans.beginPeriod(billing.team);
    billing.jdbi.useTransaction(
        tx -> billing.payments.open(tx, billing.team, NanoUsd.ofCents(500)));
  }

  @AfterEach
  void close() {
    billing.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE wallet SET balance_nanos = held_nanos - 1 | wallet_covers_what_it_holds",
        "UPDATE wallet SET held_nanos = -1 | wallet_held_is_not_negative",
        "UPDATE budget SET spent_nanos = ceiling_nanos - held_nanos + 1 WHERE kind = 'lifetime'"
            + " | budget_is_not_exceeded",
        "UPDATE budget SET held_nanos = ceiling_nanos - spent_nanos + 1 WHERE kind = 'lifetime'"
            + " | budget_is_not_exceeded",
        "UPDATE budget SET held_nanos = -1 | budget_held_is_not_negative",
        "UPDATE budget SET spent_nanos = -1 | budget_spent_is_not_negative",
        "UPDATE bot_limit SET limit_nanos = -1 | bot_limit_is_not_negative",
        "UPDATE hold SET amount_nanos = -1 WHERE state = 'open' | hold_amount_is_not_negative",
        "UPDATE hold SET cost_nanos = amount_nanos + 1 WHERE state = 'settled' | hold_covers_its_cost",
        "UPDATE hold SET cost_nanos = -1 WHERE state = 'settled' | hold_covers_its_cost",
        "UPDATE hold SET cost_nanos = 1 WHERE state = 'open' | hold_has_a_cost_once_settled",
        "UPDATE hold SET resolved_at = NULL WHERE state = 'settled' | hold_is_resolved_at_some_time",
        "UPDATE price SET input_nanos_per_million = -1 | price_is_not_negative",
        "UPDATE price SET cache_read_nanos_per_million = input_nanos_per_million + 1"
            + " | price_of_cache_read_is_at_most_input",
        "UPDATE plan_period SET credits_spent_nanos = credits_nanos + 1"
            + " | plan_period_credits_are_not_exceeded",
        "UPDATE plan_period SET credits_held_nanos = credits_nanos + 1"
            + " | plan_period_credits_are_not_exceeded",
        "UPDATE plan_period SET tokens_held = tokens_max + 1"
            + " | plan_period_tokens_are_not_exceeded",
        "UPDATE plan_period SET tokens_spent = -1 | plan_period_spent_is_not_negative",
        "UPDATE plan_period SET overage_held_nanos = -1 | plan_period_held_is_not_negative",
        "UPDATE payment SET amount_nanos = 0 | payment_amount_is_positive",
        "UPDATE payment SET status = 'paid' | payment_is_paid_at_some_time",
      })
  void aFigureThatCannotBeIsRefused(String statement, String constraint) {
    assertRefused(statement, constraint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hold | hold_id = gen_random_uuid() | hold_is_one_for_an_attempt",
        "ledger_transaction | seq = seq + 9 | ledger_transaction_happens_once",
        "ledger_transaction | txn_id = gen_random_uuid(), source_key = concat(source_key, '/again')"
            + " | ledger_transaction_pkey",
        "ledger_transaction | seq = seq + 9, txn_id = gen_random_uuid(), source_key = 'new',"
            + " cost_nanos = -1 | ledger_transaction_cost_is_not_negative",
        "ledger_entry | account = 'house' | ledger_entry_pkey",
        "plan_period | credits_nanos = 0 | plan_period_pkey",
      })
  void aRowThatIsThereAlreadyIsRefused(String table, String changes, String constraint) {
    billing.jdbi.useHandle(handle -> {
      handle.execute("CREATE TABLE copy AS SELECT * FROM " + table + " LIMIT 1");
      handle.execute("UPDATE copy SET " + changes);
    });
    assertRefused("INSERT INTO " + table + " SELECT * FROM copy", constraint);
  }

  private void assertRefused(String statement, String constraint) {
    assertThatThrownBy(() -> billing.jdbi.useHandle(handle -> handle.execute(statement)))
        .hasMessageContaining("\"" + constraint + "\"");
  }
}
