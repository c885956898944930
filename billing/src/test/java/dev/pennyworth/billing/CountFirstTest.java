package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Steps whose input somebody could count: the gate asks for it where room is short, and there
/// only. A token costs 150 nano-dollars in and 600 out.
class CountFirstTest {
  private static final long INPUT = 3_000;
  private static final long COUNTED = 100;
  private static final long OUTPUT = 1_000;

  private final TestingBilling billing = new TestingBilling();

  @AfterEach
  void close() {
    billing.close();
  }

  private HoldRequest countable() {
    return billing.request(1, OUTPUT, INPUT).thatCanBeCounted().build();
  }

  private void leave(long nanos) {
    billing.setLimits(Map.of(LimitKind.LIFETIME, new NanoUsd(nanos)));
  }

  @Test
  void aStepThatFitsIsNotCounted() {
    leave(INPUT * 150 + OUTPUT * 600);

    var hold = billing.granted(countable());

    assertThat(hold.inputTokensMax()).isEqualTo(INPUT);
    assertThat(hold.outputTokensMax()).isEqualTo(OUTPUT);
  }

  @Test
  void aStepThatDoesNotFitIsCountedFirstAndNobodyIsTold() {
    leave(INPUT * 150 + OUTPUT * 600 - 1);

    assertThat(billing.reserve(countable())).isEqualTo(new Reservation.CountFirst());
    assertThat(billing.wallet().held()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.budget(LimitKind.LIFETIME).held()).isEqualTo(NanoUsd.ZERO);
    assertThat(events()).isZero();
  }

  private long events() {
    return billing.jdbi.withHandle(
        handle -> handle.select("SELECT count(*) FROM event").mapTo(Long.class).one());
  }

  @Test
  void theSameStepFitsOnceItIsCounted() {
    leave(COUNTED * 150 + OUTPUT * 600);
    var request = billing.request(1, OUTPUT, INPUT);
    assertThat(billing.reserve(request.thatCanBeCounted().build()))
        .isEqualTo(new Reservation.CountFirst());

    var hold = billing.granted(request.counted(COUNTED).build());

    assertThat(hold.inputTokensMax()).isEqualTo(COUNTED);
    assertThat(hold.outputTokensMax()).isEqualTo(OUTPUT);
  }

  @Test
  void aStepThatNoCountCouldHelpIsRefusedAtOnce() {
    leave(150 + 16 * 600 - 1);

    assertThat(billing.refused(countable()).scope()).isEqualTo(Refusal.Scope.BOT_CAP);
  }

  @Test
  void aTrialIsDecidedByWhatIsKnown() {
    leave(INPUT * 150 + 20 * 600);
    var request = countable();
    var trials = new JdbcTrials(billing.jdbi, billing.gate, billing.plans);

    assertThat(trials.obstacle(request)).isEmpty();
    assertThat(trials.of(request, (Ask.Tokens) request.ask()))
        .isInstanceOfSatisfying(
            Trial.Fits.class, fits -> assertThat(fits.outputTokensMax()).isEqualTo(20));
  }

  @Test
  void aGrantThatACountMightFitIsPreferredToTheWalletAndOneThatIsUsedUpIsNot() {
    var scarce = way(Funding.PLAN, 1_000);
    var usedUp = way(Funding.PLAN, 16);
    var plenty = way(Funding.WALLET, 1_000_000);

    assertThat(Headroom.decide(request(), List.of(scarce, plenty)))
        .isEqualTo(new Headroom.Decision.CountFirst());
    assertThat(Headroom.decide(request(), List.of(usedUp, plenty)))
        .isInstanceOfSatisfying(
            Headroom.Decision.Fits.class, fits -> assertThat(fits.way()).isEqualTo(plenty));
  }

  private HoldRequest request() {
    var key = new StepKey(billing.team, billing.bot, new TurnId(UUID.randomUUID()), 1, 1);
    return new HoldRequest(
        key,
        BillingMode.PLAN_QUOTA,
        billing.request(1, OUTPUT, INPUT).build().price(),
        "ann",
        ZoneOffset.UTC,
        new Ask.Tokens(INPUT, INPUT, OUTPUT, true));
  }

  private static Headroom.Way way(Funding funding, long tokensLeft) {
    var line =
        new Headroom.Line(
            Refusal.Scope.PLAN_TOKENS,
            Optional.empty(),
            Optional.empty(),
            tokensLeft,
            0,
            0,
            Optional.empty());
    return new Headroom.Way(funding, Optional.empty(), List.of(line));
  }
}
