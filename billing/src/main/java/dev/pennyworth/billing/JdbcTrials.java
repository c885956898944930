package dev.pennyworth.billing;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Asks the gate what it would answer, by the very computation that it reserves with: it is asked
/// in a transaction that is rolled back. Nobody else is asked anything: where an input could be
/// counted elsewhere, the bound that is known decides.
public final class JdbcTrials {
  private final Jdbi jdbi;
  private final JdbcGate gate;
  private final JdbcPlans plans;

  JdbcTrials(Jdbi jdbi, JdbcGate gate, JdbcPlans plans) {
    this.jdbi = jdbi;
    this.gate = gate;
    this.plans = plans;
  }

  /// What would become of a request now. Keeps nothing, except that a plan's period which is due
  /// begins, as by any look at the plan.
  public Trial of(HoldRequest request, Ask.Tokens ask) {
    if (request.mode() == BillingMode.PLAN_QUOTA) {
      plans.beginPeriod(request.key().team());
    }
    return switch (reservation(request)) {
      case Reservation.Refused(var refusal) -> new Trial.DoesNotFit(refusal);
      case Reservation.CountFirst _ -> throw countless();
      case Reservation.Granted(var hold) -> {
        boolean isWhole = hold.outputTokensMax() >= ask.outputTokensWanted();
        yield new Trial.Fits(
            hold.amount(),
            hold.inputTokensMax(),
            hold.outputTokensMax(),
            isWhole ? Optional.empty() : inTheWay(request, ask));
      }
    };
  }

  /// What is in the way of a request now; empty if it would be granted, if need be with fewer
  /// output tokens. Keeps nothing, as [#of].
  public Optional<Refusal> obstacle(HoldRequest request) {
    if (request.mode() == BillingMode.PLAN_QUOTA) {
      plans.beginPeriod(request.key().team());
    }
    return switch (reservation(request)) {
      case Reservation.Refused(var refusal) -> Optional.of(refusal);
      case Reservation.Granted _ -> Optional.empty();
      case Reservation.CountFirst _ -> throw countless();
    };
  }

  private static IllegalStateException countless() {
    return new IllegalStateException("the gate wants a count of what was asked as it is");
  }

  /// A fixed price cannot be lowered: asked for the whole amount, the gate names what is short.
  private Optional<Refusal> inTheWay(HoldRequest request, Ask.Tokens ask) {
    var whole = request.price().worstCase(ask.inputTokensMaxTight(), ask.outputTokensWanted());
    var fixed =
        new HoldRequest(
            request.key(),
            request.mode(),
            request.price(),
            request.endUser(),
            request.zone(),
            new Ask.Fixed(whole));
    return switch (reservation(fixed)) {
      case Reservation.Refused(var refusal) -> Optional.of(refusal);
      case Reservation.CountFirst _ -> throw countless();
      case Reservation.Granted _ ->
          request.mode() == BillingMode.PLAN_QUOTA
              ? Optional.of(planTokens(request, ask))
              : Optional.empty();
    };
  }

  /// The money would do, so it was the plan's tokens that lowered the step.
  private Refusal planTokens(HoldRequest request, Ask.Tokens ask) {
    var state = plans.state(request.key().team());
    var use = state.use();
    return new Refusal(
        Refusal.Scope.PLAN_TOKENS,
        Optional.empty(),
        state.tokensMax(),
        use.tokensSpent(),
        use.tokensHeld(),
        state.tokensMax() - use.tokensSpent() - use.tokensHeld(),
        ask.inputTokensMaxTight() + ask.outputTokensWanted(),
        Optional.of(state.periodEndsAt()));
  }

  private Reservation reservation(HoldRequest request) {
    return jdbi.inTransaction(tx -> {
      var reservation = gate.book(tx, Booking.of(request.asItIs())).reservation();
      tx.rollback();
      return reservation;
    });
  }
}
