package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The wallet begins with 500 cents; below 1,000 it is to be filled by 600.
class AutoReloadsTest {
  private static final int ROUNDS_MAX = 10;

  private final TestingBilling billing = new TestingBilling();

  @BeforeEach
  void saveACard() {
    assertThat(billing.cards.hasOne(billing.team)).isTrue();
  }

  @AfterEach
  void close() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
    billing.close();
  }

  @Test
  void aWalletBelowItsThresholdIsFilledByTheAmount() {
    switchOn(1_000, 600, 10_000);

    billing.autoReloads.run();
    billing.autoReloads.run();

    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ofCents(1_100));
    assertThat(billing.provider.charges).hasSize(1);
    assertThat(billing.provider.charges.getFirst().card()).contains("card");
    assertThat(events()).containsExactly("auto_reload.succeeded");
  }

  @Test
  void whatIsHeldIsNotAvailable() {
    switchOn(500, 600, 10_000);
    billing.autoReloads.run();
    assertThat(billing.provider.charges).isEmpty();

    billing.granted(billing.request(1, 50, 100).build());
    billing.autoReloads.run();

    assertThat(billing.provider.charges).hasSize(1);
  }

  @Test
  void switchedOffItChargesNothing() {
    switchOn(1_000, 600, 10_000);
    billing.jdbi.useTransaction(tx -> billing.autoReloadRows.set(tx, billing.team, AutoReload.OFF));

    billing.autoReloads.run();

    assertThat(billing.provider.charges).isEmpty();
  }

  @Test
  void manyNodesAtOnceChargeOnce() throws InterruptedException {
    switchOn(1_000, 600, 10_000);
    int nodes = 8;
    var ready = new CountDownLatch(nodes);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < nodes; i++) {
        threads.execute(() -> {
          ready.countDown();
          billing.autoReloads.run();
        });
      }
      ready.await();
    }

    assertThat(billing.provider.charges).hasSize(1);
    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ofCents(1_100));
  }

  @Test
  void theMonthlyCeilingIsExactAndTheNextMonthGoesOn() {
    billing.now.set(Instant.parse("2026-03-31T23:59:59Z"));
    switchOn(100_000, 600, 1_799);

    runManyRounds();

    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(1_200));
    assertThat(events())
        .containsExactlyInAnyOrder(
            "auto_reload.succeeded", "auto_reload.succeeded", "auto_reload.failed");

    billing.now.set(Instant.parse("2026-04-01T00:00:00Z"));
    runManyRounds();

    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(2_400));
  }

  @Test
  void onePendingCountsTowardsTheCeilingAndKeepsOthersFromBeginning() {
    switchOn(100_000, 600, 1_000);
    billing.provider.outcome.set(p -> new PaymentProvider.ChargeOutcome.Pending("pi_" + p.id()));

    runManyRounds();
    var first = billing.provider.charges.getFirst();
    billing.now.updateAndGet(now -> now.plus(Duration.ofHours(1)));
    billing.provider.outcome.set(TestingPaymentProvider::paid);
    runManyRounds();

    assertThat(billing.provider.charges).extracting(Payment::id).containsOnly(first.id());
    assertThat(billing.provider.charges.getLast().intent()).contains("pi_" + first.id());
    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(600));
  }

  @Test
  void aFailurePausesAndTheThirdInARowSwitchesOff() {
    switchOn(1_000, 600, 10_000);
    billing.provider.outcome.set(TestingPaymentProvider::declined);

    runManyRounds();
    assertThat(billing.provider.charges).hasSize(1);
    billing.now.updateAndGet(now -> now.plus(TestingPaymentProvider.PAUSE));
    runManyRounds();
    assertThat(billing.provider.charges).hasSize(2);
    billing.now.updateAndGet(now -> now.plus(TestingPaymentProvider.PAUSE));
    runManyRounds();
    assertThat(billing.provider.charges).hasSize(2);
    billing.now.updateAndGet(now -> now.plus(TestingPaymentProvider.PAUSE));
    runManyRounds();

    assertThat(billing.provider.charges).hasSize(3);
    assertThat(billing.autoReloadRows.find(billing.team).enabled()).isFalse();
    assertThat(events())
        .containsExactly("auto_reload.failed", "auto_reload.failed", "auto_reload.failed");
    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ofCents(500));
    billing.now.updateAndGet(now -> now.plus(Duration.ofDays(40)));
    runManyRounds();
    assertThat(billing.provider.charges).hasSize(3);
  }

  @Test
  void aSuccessForgetsTheFailuresBeforeIt() {
    switchOn(100_000, 600, 1_200);
    var turn = new AtomicInteger();
    billing.provider.outcome.set(payment ->
        turn.incrementAndGet() % 3 == 0
            ? TestingPaymentProvider.paid(payment)
            : TestingPaymentProvider.declined(payment));

    for (int i = 0; i < 6; i++) {
      billing.autoReloads.run();
      billing.now.updateAndGet(now -> now.plus(TestingPaymentProvider.PAUSE.multipliedBy(3)));
    }

    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(1_200));
    assertThat(billing.autoReloadRows.find(billing.team).enabled()).isTrue();
  }

  @Test
  void anOutcomeThatWasNotToldIsAskedForAgainUnderTheSameId() {
    switchOn(1_000, 600, 10_000);
    billing.provider.outcome.set(TestingPaymentProvider.UNREACHABLE);
    billing.autoReloads.run();
    assertThat(billing.autoReloadRows.find(billing.team).enabled()).isTrue();

    billing.provider.outcome.set(TestingPaymentProvider::paid);
    billing.autoReloads.run();
    assertThat(billing.provider.charges).hasSize(1);
    billing.now.updateAndGet(now -> now.plus(Duration.ofMinutes(2)));
    billing.autoReloads.run();

    assertThat(billing.provider.charges).extracting(Payment::id).hasSize(2);
    assertThat(billing.provider.charges.getFirst().id())
        .isEqualTo(billing.provider.charges.getLast().id());
    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(600));
  }

  @Test
  void anOutcomeThatIsNeverToldIsGivenUpAndStillCreditedWhenNewsOfItCome() {
    switchOn(1_000, 600, 10_000);
    billing.provider.outcome.set(TestingPaymentProvider.UNREACHABLE);
    billing.autoReloads.run();
    billing.now.updateAndGet(now -> now.plus(Duration.ofHours(21)));
    billing.autoReloads.run();
    assertThat(events()).containsExactly("auto_reload.failed");

    var payment = billing.provider.charges.getFirst();
    billing.payments.record(
        new PaymentNews.Paid(
            payment.ref(),
            Optional.of("pi"),
            payment.amount(),
            "usd",
            Optional.empty(),
            Optional.empty()));

    assertThat(billing.wallet().deposited()).isEqualTo(NanoUsd.ofCents(600));
  }

  private void runManyRounds() {
    for (int i = 0; i < ROUNDS_MAX; i++) {
      billing.autoReloads.run();
    }
  }

  private void switchOn(long threshold, long amount, long ceiling) {
    billing.jdbi.useTransaction(tx ->
        billing.autoReloadRows.set(
            tx,
            billing.team,
            new AutoReload(
                true,
                Optional.of(NanoUsd.ofCents(threshold)),
                Optional.of(NanoUsd.ofCents(amount)),
                Optional.of(NanoUsd.ofCents(ceiling)))));
  }

  private List<String> events() {
    return billing.jdbi.withHandle(handle ->
        handle
            .createQuery("SELECT type FROM event ORDER BY created_at")
            .mapTo(String.class)
            .list());
  }
}
