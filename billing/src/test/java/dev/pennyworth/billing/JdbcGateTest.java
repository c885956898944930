package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JdbcGateTest {
  private static final int TRIES_MAX = 200;
  private static final NanoUsd FIVE_DOLLARS = new NanoUsd(5_000_000_000L);

  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void theBooksAddUp() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
    billing.close();
  }

  @Test
  void aHoldTakesTheWorstCaseAndSettlingGivesTheRestBack() {
    var hold = billing.granted(billing.request(1, 8192, 3_000).build());

    assertThat(hold.amount()).isEqualTo(new NanoUsd(3_000 * 150 + 8192 * 600));
    assertThat(billing.wallet().held()).isEqualTo(hold.amount());
    assertThat(billing.budget(LimitKind.LIFETIME).held()).isEqualTo(hold.amount());

    var charge = billing.settle(hold, new TokenUsage(485, 42, 0, 0));

    assertThat(charge).isEqualTo(new Charge(new NanoUsd(97_950), new NanoUsd(97_950), List.of()));
    assertThat(billing.wallet().held()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.wallet().balance()).isEqualTo(FIVE_DOLLARS.minus(new NanoUsd(97_950)));
    assertThat(billing.budget(LimitKind.LIFETIME).spent()).isEqualTo(new NanoUsd(97_950));
    assertThat(billing.budget(LimitKind.DAY).spent()).isEqualTo(new NanoUsd(97_950));
  }

  @Test
  void aHoldIsResolvedOnlyOnce() {
    // Room for a second release to go unnoticed, if nothing else kept it away.
    billing.granted(billing.request(1, 100, 100).build());
    var settled = billing.granted(billing.request(1, 100, 100).build());
    billing.settle(settled, new TokenUsage(1, 1, 0, 0));
    var voided = billing.granted(billing.request(1, 100, 100).build());
    billing.voidHold(voided);
    var wallet = billing.wallet();

    assertThatThrownBy(() -> billing.settle(settled, new TokenUsage(1, 1, 0, 0)));
    assertThatThrownBy(() -> billing.voidHold(settled));
    assertThatThrownBy(() -> billing.settle(voided, new TokenUsage(1, 1, 0, 0)));
    assertThatThrownBy(() -> billing.voidHold(voided));
    assertThat(billing.wallet()).isEqualTo(wallet);
  }

  @Test
  void anAttemptCannotBeHeldTwice() {
    var request = billing.request(1, 100, 100).build();
    billing.voidHold(billing.granted(request));
    assertThatThrownBy(() -> billing.reserve(request)).hasMessageContaining("hold");
  }

  @Test
  void aVoidedHoldCostsNothing() {
    billing.voidHold(billing.granted(billing.request(1, 8192, 3_000).build()));
    assertThat(billing.wallet().available()).isEqualTo(FIVE_DOLLARS);
    assertThat(billing.budget(LimitKind.LIFETIME).held()).isEqualTo(NanoUsd.ZERO);
  }

  @Test
  void aProviderThatReportsMoreThanTheHoldIsPaidByTheHouse() {
    var hold = billing.granted(billing.request(1, 100, 100).build());
    var charge = billing.settle(hold, new TokenUsage(100, 200, 0, 0));

    assertThat(charge.cost()).isEqualTo(hold.amount());
    assertThat(charge.flags()).containsExactly("over_hold");
    var row = rows().getFirst();
    assertThat(row.entries())
        .contains(new LedgerRow.Entry("house", new NanoUsd(-100 * 600)))
        .contains(new LedgerRow.Entry("wallet", hold.amount().negated()));
  }

  @Test
  void aSuccessWithoutUsageCostsTheFullHold() {
    var hold = billing.granted(billing.request(1, 100, 100).build());
    var charge = billing.settle(hold, Optional.empty());
    assertThat(charge.cost()).isEqualTo(hold.amount());
    assertThat(charge.flags()).containsExactly("usage_missing");
  }

  @Test
  void aLostCallIsFreeForTheTeamAndWrittenToTheHouse() {
    var hold = billing.granted(billing.request(1, 100, 100).build());
    billing.gate.book(Booking.of(new Resolution.Lose(hold, "answer")));

    assertThat(billing.wallet().available()).isEqualTo(FIVE_DOLLARS);
    assertThat(rows().getFirst().kind()).isEqualTo("leak");
    assertThat(rows().getFirst().entries())
        .contains(new LedgerRow.Entry("house", hold.amount().negated()));
  }

  @Test
  void outputIsLoweredToWhatTheCapLeaves() {
    // Room for the input (100 x 150) and 20 output tokens (20 x 600).
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(15_000 + 12_000)));
    var hold = billing.granted(billing.request(1, 8192, 100).build());
    assertThat(hold.outputTokensMax()).isEqualTo(20);
    assertThat(hold.amount()).isEqualTo(new NanoUsd(27_000));
  }

  @Test
  void theInputBoundIsTightenedBeforeTheOutputIsLowered() {
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(100 * 150 + 8192 * 600)));
    var hold = billing.granted(billing.request(1, 8192, 3_000).withTightInput(100).build());
    assertThat(hold.outputTokensMax()).isEqualTo(8192);
    assertThat(hold.inputTokensMax()).isEqualTo(100);
  }

  @Test
  void belowSixteenOutputTokensTheStepIsRefusedAndNothingIsHeld() {
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(15_000 + 16 * 600 - 1)));
    var refusal = billing.refused(billing.request(1, 8192, 100).build());

    assertThat(refusal.scope()).isEqualTo(Refusal.Scope.BOT_CAP);
    assertThat(refusal.period()).contains("lifetime");
    assertThat(refusal.remaining()).isEqualTo(24_599);
    assertThat(refusal.needed()).isEqualTo(24_600);
    assertThat(billing.wallet().held()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.budget(LimitKind.LIFETIME).held()).isEqualTo(NanoUsd.ZERO);
  }

  @Test
  void theWalletRefusesWhatItCannotCover() {
    billing.leaveInWallet(new NanoUsd(20_000));
    var refusal = billing.refused(billing.request(1, 8192, 100).build());
    assertThat(refusal.scope()).isEqualTo(Refusal.Scope.WALLET);
    assertThat(refusal.remaining()).isEqualTo(20_000);
    assertThat(refusal.limit() - refusal.spent() - refusal.held()).isEqualTo(refusal.remaining());
  }

  @Test
  void withTheOwnersKeyTheCapCountsAndTheWalletDoesNot() {
    billing.leaveInWallet(NanoUsd.ZERO);
    billing.setLimits(Map.of(LimitKind.LIFETIME, FIVE_DOLLARS.plus(new NanoUsd(100_000_000))));
    var hold = billing.granted(billing.request(1, 8192, 3_000).withMode(BillingMode.BYOK).build());
    var charge = billing.settle(hold, new TokenUsage(485, 42, 0, 0));

    assertThat(charge.cost()).isEqualTo(new NanoUsd(97_950));
    assertThat(charge.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.budget(LimitKind.LIFETIME).spent())
        .isEqualTo(FIVE_DOLLARS.plus(new NanoUsd(97_950)));
  }

  @Test
  void aCapLoweredBelowWhatIsSpentStopsAtOnceAndRaisingItGoesOn() {
    billing.settle(
        billing.granted(billing.request(1, 8192, 3_000).build()), new TokenUsage(485, 42, 0, 0));
    var running = billing.granted(billing.request(1, 100, 100).build());
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(1)));

    var refusal = billing.refused(billing.request(1, 100, 100).build());
    assertThat(refusal.remaining()).isNegative();
    billing.settle(running, new TokenUsage(10, 10, 0, 0));

    billing.setLimits(Map.of(LimitKind.LIFETIME, FIVE_DOLLARS));
    billing.voidHold(billing.granted(billing.request(1, 100, 100).build()));
  }

  @Test
  void aCapFarBelowWhatIsSpentIsARefusalAndNoOverflow() {
    var price = new Price("x/y@1", "x", "y", "y", 0, 1_000_000, 0, 0, true, billing.now.get());
    billing.prices.publish(List.of(price));
    long tokens = 5_000_000_000_000L;
    for (int i = 0; i < 2; i++) {
      var request = billing.request(1, tokens, 0).withPrice(price).withMode(BillingMode.BYOK);
      billing.settle(billing.granted(request.build()), new TokenUsage(0, tokens, 0, 0));
    }
    billing.setLimits(Map.of(LimitKind.LIFETIME, NanoUsd.ZERO));

    assertThat(billing.refused(billing.request(1, 100, 100).build()).remaining())
        .isEqualTo(-2 * tokens);
  }

  @Test
  void aBotThatMovesToAnotherTimeZoneKeepsItsCapForTheDay() {
    var kiritimati = ZoneId.of("Pacific/Kiritimati");
    billing.now.set(Instant.parse("2026-09-30T23:00:00Z"));
    billing.settle(
        billing.granted(billing.request(1, 50, 100).withZone(kiritimati).build()),
        new TokenUsage(100, 50, 0, 0));
    billing.now.set(Instant.parse("2026-10-01T12:00:00Z"));
    billing.setLimits(Map.of(LimitKind.DAY, new NanoUsd(45_000 + 24_599)));

    var refusal = billing.refused(billing.request(1, 50, 100).build());
    assertThat(refusal.period()).contains("day");
    assertThat(refusal.resetsAt()).contains(Instant.parse("2026-10-02T00:00:00Z"));
  }

  @Test
  void anEndUsersDayIsHisOwn() {
    billing.setLimits(Map.of(LimitKind.END_USER_DAY, new NanoUsd(100 * 150 + 50 * 600)));
    billing.granted(billing.request(1, 50, 100).withEndUser("ann").build());

    assertThat(billing.refused(billing.request(1, 50, 100).withEndUser("ann").build()).scope())
        .isEqualTo(Refusal.Scope.END_USER);
    var other = billing.granted(billing.request(1, 50, 100).withEndUser("bob").build());
    billing.voidHold(other);
  }

  @Test
  void aDaysCapResetsAtMidnightOfTheBotsZone() {
    var kolkata = ZoneId.of("Asia/Kolkata");
    billing.now.set(Instant.parse("2026-03-14T18:29:59Z"));
    billing.setLimits(Map.of(LimitKind.DAY, new NanoUsd(45_000)));
    billing.settle(
        billing.granted(billing.request(1, 50, 100).withZone(kolkata).build()),
        new TokenUsage(100, 50, 0, 0));

    var refusal = billing.refused(billing.request(1, 50, 100).withZone(kolkata).build());
    assertThat(refusal.period()).contains("day");
    assertThat(refusal.resetsAt()).contains(Instant.parse("2026-03-14T18:30:00Z"));

    billing.now.set(Instant.parse("2026-03-14T18:30:00Z"));
    billing.voidHold(billing.granted(billing.request(1, 50, 100).withZone(kolkata).build()));
  }

  @Test
  void aCapSetInTheMiddleOfADayCountsWhatTheDayHasSeen() {
    billing.settle(
        billing.granted(billing.request(1, 50, 100).build()), new TokenUsage(100, 50, 0, 0));
    billing.setLimits(Map.of(LimitKind.DAY, new NanoUsd(45_000 + 24_599)));
    assertThat(billing.refused(billing.request(1, 50, 100).build()).period()).contains("day");
  }

  @Test
  void aThousandConcurrentStepsNeverCommitMoreThanTheCap() throws Exception {
    // Each step fits 45,000; the cap fits 100 of them and a little.
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(4_500_000 + 20_000)));
    var outcomes = inParallel(1_000, () -> reserveAndSettle());

    assertThat(outcomes.stream().filter(granted -> granted).count()).isEqualTo(100);
    assertThat(billing.budget(LimitKind.LIFETIME).spent()).isEqualTo(new NanoUsd(4_500_000));
  }

  @Test
  void aWalletThatRunsDryPaysExactlyWhatItHad() throws Exception {
    billing.leaveInWallet(new NanoUsd(4_500_000 + 20_000));
    var outcomes = inParallel(300, () -> reserveAndSettle());

    assertThat(outcomes.stream().filter(granted -> granted).count()).isEqualTo(100);
    assertThat(billing.wallet().balance()).isEqualTo(new NanoUsd(20_000));
  }

  @Test
  void botsThatShareAWalletNeverOverdrawIt() throws Exception {
    billing.leaveInWallet(new NanoUsd(4_500_000 + 20_000));
    var bots = new ArrayList<BotId>();
    for (int i = 0; i < 16; i++) {
      bots.add(billing.newBot());
    }
    var next = new AtomicInteger();
    var outcomes =
        inParallel(300, () -> reserveAndSettle(bots.get(next.getAndIncrement() % bots.size())));

    assertThat(outcomes.stream().filter(granted -> granted).count()).isEqualTo(100);
    assertThat(billing.wallet().balance()).isEqualTo(new NanoUsd(20_000));
  }

  private boolean reserveAndSettle() {
    return reserveAndSettle(billing.bot);
  }

  /// Some steps are refused for a moment only, because others hold what they will not need: those
  /// try again, as a person would.
  private boolean reserveAndSettle(BotId bot) {
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      switch (billing.reserve(billing.request(1, 50, 100).withBot(bot).build())) {
        case Reservation.Granted(var hold) -> {
          if (hold.outputTokensMax() < 50) {
            billing.voidHold(hold);
            continue;
          }
          assertThat(hold.amount()).isEqualTo(new NanoUsd(45_000));
          billing.settle(hold, new TokenUsage(100, 50, 0, 0));
          return true;
        }
        case Reservation.Refused(var refusal) -> {
          if (refusal.held() == 0) {
            return false;
          }
        }
        case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
      }
    }
    throw new AssertionError("a step was put off " + TRIES_MAX + " times");
  }

  @Test
  void aBookingIsOfOneTeam() {
    var request = billing.request(1, 100, 100).build();
    var another = new TeamId(UUID.randomUUID());

    assertThatThrownBy(() -> new Booking(another, List.of(), List.of(request), Alongside.NOTHING))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /// Within one process a team's bookings are decided one after the other; only row locks stand
  /// between two.
  @Test
  void aCapHoldsAcrossTwoProcesses() throws Exception {
    var other =
        new JdbcGate(billing.jdbi, new JdbcHolds(billing.prices), billing.plans, billing.now::get);
    billing.setLimits(Map.of(LimitKind.LIFETIME, NanoUsd.ofCents(7)));
    var turns = new AtomicInteger();
    var paid =
        inParallel(
            200, () -> spendOneCent(turns.incrementAndGet() % 2 == 0 ? billing.gate : other));

    assertThat(paid.stream().filter(isPaid -> isPaid)).hasSize(7);
    assertThat(billing.budget(LimitKind.LIFETIME).spent()).isEqualTo(NanoUsd.ofCents(7));
  }

  private boolean spendOneCent(JdbcGate gate) {
    var key = new StepKey(billing.team, billing.bot, new TurnId(UUID.randomUUID()), 1, 1);
    var request =
        new HoldRequest(
            key,
            BillingMode.WALLET,
            Price.ofTool("a tool", "1"),
            "ann",
            TestingBilling.UTC,
            new Ask.Fixed(NanoUsd.ofCents(1)));
    return switch (gate.book(Booking.of(request)).reservation()) {
      case Reservation.Granted(var hold) -> {
        gate.book(Booking.of(new Resolution.Settle(hold, Settlement.ofTool("answer"))));
        yield true;
      }
      case Reservation.Refused _ -> false;
      case Reservation.CountFirst _ -> throw new AssertionError("to be counted first");
    };
  }

  private List<Boolean> inParallel(int times, Callable<Boolean> task) throws Exception {
    var tasks = new ArrayList<Callable<Boolean>>();
    for (int i = 0; i < times; i++) {
      tasks.add(task);
    }
    var results = new ArrayList<Boolean>();
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (var result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
    }
    return results;
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
