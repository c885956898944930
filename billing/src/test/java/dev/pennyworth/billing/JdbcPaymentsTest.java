package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.PaymentNews.Reversal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The wallet begins with 500 cents; each payment is of 1,000.
class JdbcPaymentsTest {
  private final TestingBilling billing = new TestingBilling();
  private PaymentRef ref = new PaymentRef(billing.team, UUID.randomUUID());

  @BeforeEach
  void open() {
    ref =
        billing
            .jdbi
            .inTransaction(tx -> billing.payments.open(tx, billing.team, NanoUsd.ofCents(1_000)))
            .ref();
  }

  @AfterEach
  void close() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
    billing.close();
  }

  @Test
  void theSameNewsTwentyTimesAtOnceCreditOnce() {
    atOnce(Collections.nCopies(20, paid(1_000)));

    assertBalance(1_500);
    assertThat(kinds()).containsExactly("free_credit", "deposit");
  }

  @Test
  void aRefundToldInTwoWaysTwentyTimesAtOnceIsTakenOnce() {
    billing.payments.record(paid(1_000));
    var news = new ArrayList<PaymentNews>();
    for (int i = 0; i < 20; i++) {
      news.add(soFar(400));
      news.add(refund("re_1", Reversal.State.TAKEN, 400));
    }
    atOnce(news);

    assertBalance(1_100);
    assertThat(kinds()).containsExactly("free_credit", "deposit", "refund");
  }

  @Test
  void whatWasReallyPaidIsCreditedAndFlagged() {
    billing.payments.record(paid(900));

    assertBalance(1_400);
    assertThat(flags()).containsExactly("amount_differs");
  }

  @Test
  void anotherCurrencyIsNotCreditedAndTold() {
    billing.payments.record(paid(1_000, "eur"));

    assertBalance(500);
    assertThat(events()).containsExactly("payment.refused");
  }

  @Test
  void nothingPaidIsNothingCredited() {
    billing.payments.record(paid(0));

    assertBalance(500);
    assertThat(kinds()).containsExactly("free_credit");
  }

  @Test
  void aFailedOrExpiredPaymentIsCreditedWhenItIsPaidAfterAll() {
    billing.payments.record(new PaymentNews.Failed(ref, "declined"));
    billing.payments.record(new PaymentNews.Expired(ref));
    billing.payments.record(paid(1_000));
    billing.payments.record(new PaymentNews.Failed(ref, "declined"));

    assertBalance(1_500);
    assertThat(billing.payments.find(ref)).get().matches(Payment::isPaid);
  }

  @Test
  void aRefundTakesWhatIsAvailableAndTheHouseTheRest() {
    billing.payments.record(paid(1_000));
    billing.leaveInWallet(NanoUsd.ofCents(300));
    billing.payments.record(soFar(1_000));

    assertBalance(0);
    assertThat(flags()).containsExactly("uncovered");
    assertThat(house()).isEqualTo(-NanoUsd.ofCents(700).nanos());
  }

  @Test
  void whatIsHeldIsNotTaken() {
    billing.payments.record(paid(1_000));
    billing.leaveInWallet(NanoUsd.ofCents(300));
    var hold = billing.granted(billing.request(1, 50, 100).build());
    billing.payments.record(dispute("dp_1", Reversal.State.TAKEN, 1_000));

    assertThat(billing.wallet().balance()).isEqualTo(hold.amount());
    assertThat(billing.wallet().available()).isEqualTo(NanoUsd.ZERO);
  }

  @Test
  void aDisputeThatIsWonGivesBackWhatEachHadGiven() {
    billing.payments.record(paid(1_000));
    billing.leaveInWallet(NanoUsd.ofCents(300));
    billing.payments.record(dispute("dp_1", Reversal.State.TAKEN, 1_000));
    billing.payments.record(dispute("dp_1", Reversal.State.RETURNED, 1_000));

    assertBalance(300);
    assertThat(house()).isZero();
    assertThat(kinds()).endsWith("dispute", "dispute_won");
  }

  @Test
  void anInquiryMovesNothing() {
    billing.payments.record(paid(1_000));
    billing.payments.record(dispute("dp_1", Reversal.State.NOTICED, 1_000));

    assertBalance(1_500);
  }

  @Test
  void aRefundThatFailsComesBack() {
    billing.payments.record(paid(1_000));
    billing.payments.record(soFar(400));
    billing.payments.record(refund("re_1", Reversal.State.TAKEN, 400));
    billing.payments.record(refund("re_1", Reversal.State.RETURNED, 400));

    assertBalance(1_500);
  }

  @Test
  void refundsNeverTakeMoreThanWasPaid() {
    billing.payments.record(paid(1_000));
    billing.payments.record(soFar(2_000));

    assertBalance(500);
  }

  /// Refunds of 300 (told twice over) and of 100 (which fails), a dispute of 200 that is lost and
  /// one of 50 that is won: 500 + 1,000 - 300 - 200 are left, in whatever order it is told.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theOrderAndTheNumberOfNewsDoNotMatter(long seed) {
    var news =
        new ArrayList<>(
            List.of(
                paid(1_000),
                soFar(300),
                soFar(400),
                refund("re_1", Reversal.State.TAKEN, 300),
                refund("re_2", Reversal.State.TAKEN, 100),
                refund("re_2", Reversal.State.RETURNED, 100),
                dispute("dp_1", Reversal.State.NOTICED, 200),
                dispute("dp_1", Reversal.State.TAKEN, 200),
                dispute("dp_2", Reversal.State.TAKEN, 50),
                dispute("dp_2", Reversal.State.RETURNED, 50),
                new PaymentNews.Expired(ref)));
    news.addAll(List.copyOf(news));
    Collections.shuffle(news, new Random(seed));

    news.forEach(billing.payments::record);

    assertBalance(1_000);
    assertThat(house()).isZero();
  }

  @Test
  void newsOfAnUnknownPaymentChangeNothing() {
    var unknown = new PaymentRef(billing.team, UUID.randomUUID());
    billing.payments.record(
        new PaymentNews.Paid(
            unknown,
            Optional.of("pi"),
            NanoUsd.ofCents(1_000),
            "usd",
            Optional.empty(),
            Optional.empty()));
    billing.payments.record(new PaymentNews.RefundedSoFar(unknown, NanoUsd.ofCents(1)));

    assertBalance(500);
    assertThat(billing.payments.find("pi")).isEmpty();
  }

  private void atOnce(List<? extends PaymentNews> news) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var taken =
          news.stream().map(one -> threads.submit(() -> billing.payments.record(one))).toList();
      assertThat(taken).allSatisfy(one -> assertThat(one).succeedsWithin(Duration.ofSeconds(30)));
    }
  }

  private PaymentNews paid(long cents) {
    return paid(cents, "usd");
  }

  private PaymentNews paid(long cents, String currency) {
    return new PaymentNews.Paid(
        ref,
        Optional.of("pi_1"),
        NanoUsd.ofCents(cents),
        currency,
        Optional.empty(),
        Optional.empty());
  }

  private PaymentNews soFar(long cents) {
    return new PaymentNews.RefundedSoFar(ref, NanoUsd.ofCents(cents));
  }

  private PaymentNews refund(String id, Reversal.State state, long cents) {
    return new Reversal(ref, Reversal.Kind.REFUND, id, state, NanoUsd.ofCents(cents));
  }

  private PaymentNews dispute(String id, Reversal.State state, long cents) {
    return new Reversal(ref, Reversal.Kind.DISPUTE, id, state, NanoUsd.ofCents(cents));
  }

  private void assertBalance(long cents) {
    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ofCents(cents));
  }

  private List<String> kinds() {
    return strings("SELECT kind FROM ledger_transaction ORDER BY seq");
  }

  private List<String> flags() {
    return strings("SELECT unnest(flags) FROM ledger_transaction ORDER BY seq");
  }

  private List<String> events() {
    return strings("SELECT type FROM event ORDER BY created_at");
  }

  private List<String> strings(String sql) {
    return billing.jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(String.class).list());
  }

  private long house() {
    return billing.jdbi.withHandle(handle ->
        handle
            .createQuery(
                "SELECT coalesce(sum(amount_nanos), 0) FROM ledger_entry WHERE account = 'house'")
            .mapTo(Long.class)
            .one());
  }
}
