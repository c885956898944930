package dev.pennyworth.billing;

/// A step is to be paid by a plan whose new period nobody has begun yet.
final class PlanPeriodMissing extends RuntimeException {
  private static final long serialVersionUID = 1;

  PlanPeriodMissing(TeamId team) {
    super("the plan of " + team + " has no period for this moment");
  }
}
