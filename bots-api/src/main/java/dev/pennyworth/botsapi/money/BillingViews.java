package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcTeamLimits;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// A team's plan and limits, as people read them.
public final class BillingViews {
  private final Jdbi jdbi;
  private final JdbcPlans plans;
  private final JdbcTeamLimits limits;
  private final JdbcBudgets budgets;

  BillingViews(Jdbi jdbi, JdbcPlans plans, JdbcTeamLimits limits, JdbcBudgets budgets) {
    this.jdbi = jdbi;
    this.plans = plans;
    this.limits = limits;
    this.budgets = budgets;
  }

  /// A team's plan, what is used of it, and the team's limits.
  ///
  /// @param nextPlan that the next period begins with
  /// @param status `active`, or `ending` if a cheaper plan follows
  /// @param credits US cents
  public record Billing(
      String plan,
      String nextPlan,
      String status,
      Period period,
      Credits credits,
      Tokens tokens,
      Overage overage,
      Limits limits) {}

  /// When a plan's grant began and ends.
  public record Period(Instant startsAt, Instant endsAt) {}

  /// What is used of a plan's credits.
  public record Credits(NanoUsd limit, NanoUsd spent, NanoUsd held, NanoUsd remaining) {}

  /// What is used of a plan's tokens.
  public record Tokens(long limit, long spent, long held, long remaining) {}

  /// What went to the wallet once the grant was used up.
  ///
  /// @param ceilingCents empty: the wallet alone bounds it
  public record Overage(NanoUsd spentCents, NanoUsd heldCents, Optional<NanoUsd> ceilingCents) {}

  /// The limits of all the team's bots together.
  ///
  /// @param monthlyLimitCents empty for no limit
  /// @param spentCents in this month, by UTC
  /// @param remainingCents below zero if the limit was lowered under what is committed
  public record Limits(
      Optional<NanoUsd> monthlyLimitCents,
      NanoUsd spentCents,
      NanoUsd heldCents,
      Optional<NanoUsd> remainingCents,
      Optional<Instant> resetsAt,
      List<Integer> alertPercents,
      Optional<NanoUsd> overageCeilingCents) {}

  Billing of(TeamId team) {
    var state = plans.state(team);
    var limits = jdbi.inTransaction(tx -> limits(tx, team));
    var use = state.use();
    return new Billing(
        state.plan().word(),
        state.next().word(),
        state.status(),
        new Period(state.periodStartsAt(), state.periodEndsAt()),
        new Credits(
            state.credits(),
            use.creditsSpent(),
            use.creditsHeld(),
            state.credits().minus(use.creditsSpent()).minus(use.creditsHeld())),
        new Tokens(
            state.tokensMax(),
            use.tokensSpent(),
            use.tokensHeld(),
            state.tokensMax() - use.tokensSpent() - use.tokensHeld()),
        new Overage(use.overageSpent(), use.overageHeld(), limits.overageCeilingCents()),
        limits);
  }

  /// Joins the caller's transaction.
  Limits limits(Handle tx, TeamId team) {
    var set = limits.of(tx, team);
    var month = budgets.teamMonth(tx, team, set);
    return new Limits(
        set.monthly(),
        month.spent(),
        month.held(),
        month.remaining(),
        month.resetsAt(),
        set.alertPercents(),
        set.overageCeiling());
  }
}
