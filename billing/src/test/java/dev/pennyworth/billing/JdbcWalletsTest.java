package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JdbcWalletsTest {
  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void close() {
    billing.close();
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
}
