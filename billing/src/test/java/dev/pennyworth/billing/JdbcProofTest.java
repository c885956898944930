package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JdbcProofTest {
  private final TestingBilling billing = new TestingBilling();

  @BeforeEach
  void someHistory() {
    billing.plans.beginPeriod(billing.team);
    billing.settle(
        billing.granted(billing.request(1, 50, 100).build()), new TokenUsage(90, 40, 5, 5));
    billing.granted(billing.request(1, 50, 100).build());
    var payment =
        billing.jdbi.inTransaction(
            tx -> billing.payments.open(tx, billing.team, NanoUsd.ofCents(500)));
    assertThat(billing.checkout.pay(billing.team, payment.id())).isPresent();
  }

  @AfterEach
  void close() {
    billing.close();
  }

  @Test
  void untouchedBooksAgree() {
    var proof = billing.prove();
    assertThat(proof.firstMismatch()).isEmpty();
    assertThat(proof.checked()).containsEntry("ledger_transactions", 3L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE wallet SET balance_nanos = balance_nanos + 1 | wallet.balance",
        "UPDATE wallet SET held_nanos = held_nanos + 1 | wallet.held",
        "UPDATE wallet SET spent_nanos = spent_nanos + 1 | wallet.spent",
        "UPDATE wallet SET deposited_nanos = 0 | wallet.deposited",
        "UPDATE payment SET paid_nanos = paid_nanos + 1 | payment",
        "UPDATE payment SET refunded_nanos = 1 | payment",
        "UPDATE payment SET disputed_nanos = 1 | payment",
        "UPDATE payment SET status = 'open', paid_at = NULL | payment",
        "UPDATE wallet SET ledger_seq = 2 | wallet.ledger_head",
        "UPDATE budget SET spent_nanos = spent_nanos + 1 WHERE kind = 'day' | budget.spent",
        "UPDATE budget SET held_nanos = 0 WHERE kind = 'lifetime' | budget.held",
        "UPDATE hold SET cost_nanos = cost_nanos - 1 WHERE state = 'settled' | hold.cost",
        "UPDATE daily_rollup SET cost_nanos = cost_nanos + 1 | daily_rollup",
        "UPDATE daily_rollup SET tokens_cache_read = 0 | daily_rollup",
        "DELETE FROM daily_rollup | daily_rollup",
        "UPDATE budget SET spent_nanos = spent_nanos + 1 WHERE kind = 'team_month' | budget.spent",
        "DELETE FROM budget WHERE kind = 'day' | budget.held",
        "UPDATE plan_period SET credits_spent_nanos = 1 | plan_period",
        "UPDATE plan_period SET tokens_held = 1 | plan_period",
        "UPDATE plan_period SET overage_spent_nanos = 1 | plan_period",
        "INSERT INTO ledger_entry SELECT team_id, 99, line, account, 0, NULL FROM ledger_entry LIMIT 1"
            + " | ledger.entries"
      })
  void aFigureThatWasChangedBehindTheGatesBackIsNamed(String tampering, String what) {
    billing.jdbi.useHandle(handle -> handle.execute(tampering));
    assertThat(billing.prove().firstMismatch()).map(Proof.Mismatch::what).contains(what);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE ledger_transaction SET cost_nanos = cost_nanos + 1 WHERE seq = 2 | ledger.hash",
        "UPDATE ledger_transaction SET provider_request_id = 'x' WHERE seq = 2 | ledger.hash",
        "UPDATE ledger_transaction SET tokens_cache_write_1h = 5 WHERE seq = 2 | ledger.hash",
        "UPDATE ledger_entry SET amount_nanos = 1 WHERE seq = 2 AND account = 'revenue' | ledger.hash",
        "DELETE FROM ledger_entry WHERE seq = 3 | ledger.hash"
      })
  void aLedgerRowThatWasChangedBySomebodyWhoLiftedTheTriggersIsNamed(
      String tampering, String what) {
    billing.jdbi.useTransaction(tx -> {
      tx.execute("SET LOCAL session_replication_role = replica");
      tx.execute(tampering);
    });
    var mismatch = billing.prove().firstMismatch();
    assertThat(mismatch).map(Proof.Mismatch::what).contains(what);
    assertThat(mismatch).map(Proof.Mismatch::row).get().asString().startsWith("txn_");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE ledger_transaction SET cost_nanos = 0",
        "DELETE FROM ledger_transaction",
        "TRUNCATE ledger_transaction CASCADE",
        "UPDATE ledger_entry SET amount_nanos = 0",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry"
      })
  void theDatabaseRefusesToChangeTheLedger(String statement) {
    assertThatThrownBy(() -> billing.jdbi.useHandle(handle -> handle.execute(statement)))
        .hasMessageContaining("append-only");
  }

  @Test
  void freeCreditIsGivenOnlyOnce() {
    assertThatThrownBy(() ->
        billing.jdbi.useTransaction(tx -> billing.wallets.openWithFreeCredit(tx, billing.team)));
    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(500));
  }

  @Test
  void payingTwiceCreditsOnce() {
    var payment =
        billing.jdbi.inTransaction(
            tx -> billing.payments.open(tx, billing.team, NanoUsd.ofCents(700)));
    var first = billing.checkout.pay(billing.team, payment.id());
    var second = billing.checkout.pay(billing.team, payment.id());

    assertThat(first).isEqualTo(second).map(paid -> paid.isPaid()).isEqualTo(Optional.of(true));
    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(1_200));
  }
}
