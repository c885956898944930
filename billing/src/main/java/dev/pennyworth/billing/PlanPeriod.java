package dev.pennyworth.billing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A locked row of `plan_period`: what a plan grants for a month, and what becomes of it.
final class PlanPeriod {
  private final TeamId team;
  private final Plan plan;
  private final Instant startsAt;
  private final Instant endsAt;
  private final NanoUsd credits;
  private final long tokensMax;
  private NanoUsd creditsSpent;
  private NanoUsd creditsHeld;
  private long tokensSpent;
  private long tokensHeld;
  private NanoUsd overageSpent;
  private NanoUsd overageHeld;

  PlanPeriod(
      TeamId team,
      Plan plan,
      Instant startsAt,
      Instant endsAt,
      NanoUsd credits,
      long tokensMax,
      PlanUse use) {
    this.team = team;
    this.plan = plan;
    this.startsAt = startsAt;
    this.endsAt = endsAt;
    this.credits = credits;
    this.tokensMax = tokensMax;
    this.creditsSpent = use.creditsSpent();
    this.creditsHeld = use.creditsHeld();
    this.tokensSpent = use.tokensSpent();
    this.tokensHeld = use.tokensHeld();
    this.overageSpent = use.overageSpent();
    this.overageHeld = use.overageHeld();
  }

  void hold(Hold hold) {
    if (hold.isOverage()) {
      overageHeld = overageHeld.plus(hold.amount());
      return;
    }
    creditsHeld = creditsHeld.plus(hold.amount());
    tokensHeld = Math.addExact(tokensHeld, share(hold).tokens());
  }

  /// @param tokens that the step used; what is above its hold is not counted, as nobody pays for it
  void release(Hold hold, NanoUsd cost, long tokens) {
    if (hold.isOverage()) {
      overageHeld = overageHeld.minus(hold.amount());
      overageSpent = overageSpent.plus(cost);
      return;
    }
    creditsHeld = creditsHeld.minus(hold.amount());
    creditsSpent = creditsSpent.plus(cost);
    tokensHeld = Math.subtractExact(tokensHeld, share(hold).tokens());
    tokensSpent = Math.addExact(tokensSpent, Math.min(tokens, share(hold).tokens()));
  }

  private static PlanShare share(Hold hold) {
    return hold.plan().orElseThrow();
  }

  /// The limits of a step that the plan pays for.
  List<Headroom.Line> lines() {
    return List.of(creditsLine(), tokensLine());
  }

  Headroom.Line creditsLine() {
    return new Headroom.Line(
        Refusal.Scope.PLAN_CREDITS,
        Optional.empty(),
        Optional.empty(),
        credits.nanos(),
        creditsSpent.nanos(),
        creditsHeld.nanos(),
        Optional.of(endsAt));
  }

  Headroom.Line tokensLine() {
    return new Headroom.Line(
        Refusal.Scope.PLAN_TOKENS,
        Optional.empty(),
        Optional.empty(),
        tokensMax,
        tokensSpent,
        tokensHeld,
        Optional.of(endsAt));
  }

  /// The limit of a step that goes on after the grant is used up; empty without a ceiling.
  Optional<Headroom.Line> overageLine(Optional<NanoUsd> ceiling) {
    return ceiling.map(all ->
        new Headroom.Line(
            Refusal.Scope.OVERAGE,
            Optional.empty(),
            Optional.empty(),
            all.nanos(),
            overageSpent.nanos(),
            overageHeld.nanos(),
            Optional.of(endsAt)));
  }

  TeamId team() {
    return team;
  }

  Plan plan() {
    return plan;
  }

  Instant startsAt() {
    return startsAt;
  }

  Instant endsAt() {
    return endsAt;
  }

  NanoUsd credits() {
    return credits;
  }

  long tokensMax() {
    return tokensMax;
  }

  PlanUse use() {
    return new PlanUse(
        creditsSpent, creditsHeld, tokensSpent, tokensHeld, overageSpent, overageHeld);
  }
}
