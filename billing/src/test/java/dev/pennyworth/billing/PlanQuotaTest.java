package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A plan pays until its credits or tokens are used up; then Free stops and Pro goes on.
final class PlanQuotaTest {
  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  private TestingBilling billing;

  @BeforeEach
  void start() {
    billing = new TestingBilling();
  }

  @AfterEach
  void stop() {
    billing.close();
  }

  @Test
  void aNewTeamIsOnTheFreePlanFromTheFirstLook() {
    var state = billing.plans.state(billing.team);

    assertThat(state.plan()).isEqualTo(Plan.FREE);
    assertThat(state.periodStartsAt()).isEqualTo(billing.now.get());
    assertThat(state.periodEndsAt()).isEqualTo(Instant.parse("2026-04-14T12:00:00Z"));
    assertThat(state.tokensMax()).isEqualTo(10_000);
    assertThat(state.credits()).isEqualTo(NanoUsd.ofCents(500));
  }

  @Test
  void aPlansStepTakesNothingFromTheWallet() {
    var charge = spend(4_000);

    assertThat(charge.cost().nanos()).isPositive();
    assertThat(charge.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.wallet().balance()).isEqualTo(NanoUsd.ofCents(500));
    assertProven();
  }

  @Test
  void freeStopsWhenItsTokensAreUsedUpAndGoesOnInTheNextPeriod() {
    spend(9_990);

    var refusal = billing.refused(planned(100));
    billing.now.set(refusal.resetsAt().orElseThrow());
    var afterwards = spend(100);

    assertThat(refusal.scope()).isEqualTo(Refusal.Scope.PLAN_TOKENS);
    assertThat(refusal.limit()).isEqualTo(10_000);
    assertThat(refusal.spent()).isEqualTo(9_990);
    assertThat(refusal.remaining()).isEqualTo(10);
    assertThat(afterwards.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.plans.state(billing.team).use().tokensSpent()).isEqualTo(100);
    assertProven();
  }

  @Test
  void freeStopsWhenItsCreditsAreUsedUpThoughTokensAreLeft() {
    var dear = dear(1_000_000); // nano-dollars a token: 5,000 tokens are 500 credits
    billing.prices.publish(List.of(dear));
    billing.settle(billing.granted(planned(4_990, dear)), new TokenUsage(0, 4_990, 0, 0));

    var refusal = billing.refused(planned(100, dear));

    assertThat(refusal.scope()).isEqualTo(Refusal.Scope.PLAN_CREDITS);
    assertThat(refusal.remaining()).isEqualTo(10_000_000);
    assertProven();
  }

  @Test
  void proGoesOnAsOverageUpToItsCeiling() {
    pro();
    billing.jdbi.useTransaction(tx ->
        billing.teamLimits.set(
            tx,
            billing.team,
            new TeamLimits(Optional.empty(), Optional.of(new NanoUsd(245_000)), List.of())));
    spend(2_000_000);
    var before = billing.wallet().balance();

    var overage = spend(400); // 600 nano-dollars each
    var refusal = billing.refused(planned(200));

    assertThat(overage.billed()).isEqualTo(new NanoUsd(240_000));
    assertThat(billing.wallet().balance()).isEqualTo(before.minus(overage.billed()));
    assertThat(refusal.scope()).isEqualTo(Refusal.Scope.OVERAGE);
    assertThat(refusal.limit()).isEqualTo(245_000);
    assertThat(refusal.spent()).isEqualTo(240_000);
    assertProven();
  }

  @Test
  void aHeldStepStaysWithThePeriodAndThePriceItWasHeldAt() {
    var hold = billing.granted(planned(4_000));
    var held = hold.amount();
    billing.prices.publish(
        List.of(
            new Price(
                "openai/gpt-4o-mini@later",
                "openai",
                "gpt-4o-mini",
                "later",
                1_000_000_000_000L,
                1_000_000_000_000L,
                0,
                0,
                true,
                billing.now.get())));
    pro();

    var charge = billing.settle(hold, new TokenUsage(0, 4_000, 0, 0));

    assertThat(charge.cost()).isEqualTo(held);
    assertThat(charge.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.plans.state(billing.team).use()).isEqualTo(PlanUse.NONE);
    assertProven();
  }

  @Test
  void aStepThatIsHeldOnTheWalletIsPaidByItWhateverTheModeBecomes() {
    var hold = billing.granted(billing.request(1, 1_000, 0).build());
    spend(1_000);

    var charge = billing.settle(hold, new TokenUsage(0, 1_000, 0, 0));

    assertThat(charge.billed()).isEqualTo(charge.cost());
    assertThat(billing.plans.state(billing.team).use().tokensSpent()).isEqualTo(1_000);
    assertProven();
  }

  @Test
  void aCheaperPlanBeginsAfterThePaidPeriod() {
    pro();

    var asked = change(Plan.FREE);
    var paidUntil = billing.plans.state(billing.team).periodEndsAt();
    billing.now.set(paidUntil);
    var then = billing.plans.state(billing.team);

    assertThat(asked).isInstanceOf(JdbcPlans.Change.Changed.class);
    assertThat(then.plan()).isEqualTo(Plan.FREE);
    assertThat(then.periodStartsAt()).isEqualTo(paidUntil);
    assertProven();
  }

  private void pro() {
    var payment =
        billing.jdbi.inTransaction(
            tx -> billing.payments.open(tx, billing.team, NanoUsd.ofCents(20_000)));
    billing.checkout.pay(billing.team, payment.id());
    assertThat(change(Plan.PRO)).isInstanceOf(JdbcPlans.Change.Changed.class);
    billing.now.updateAndGet(now -> now.plus(A_MINUTE)); // a period lasts no less than a moment
  }

  private JdbcPlans.Change change(Plan plan) {
    return billing.jdbi.inTransaction(tx -> billing.plans.change(tx, billing.team, plan));
  }

  private static Price dear(long nanosPerToken) {
    return new Price(
        "x/dear@1", "x", "dear", "dear", 0, nanosPerToken * 1_000_000, 0, 0, true, Instant.EPOCH);
  }

  private Charge spend(long tokens) {
    return billing.settle(billing.granted(planned(tokens)), new TokenUsage(0, tokens, 0, 0));
  }

  private HoldRequest planned(long outputTokens) {
    return planned(outputTokens, TestingBilling.GPT_4O_MINI);
  }

  private HoldRequest planned(long outputTokens, Price price) {
    return billing
        .request(1, outputTokens, 0)
        .withPrice(price)
        .withMode(BillingMode.PLAN_QUOTA)
        .build();
  }

  private void assertProven() {
    assertThat(billing.prove().firstMismatch()).isEmpty();
  }
}
