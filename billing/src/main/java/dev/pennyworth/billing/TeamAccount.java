package dev.pennyworth.billing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A team's locked wallet with the head of its chain, its limits and its plan's periods, and what
/// becomes of them.
final class TeamAccount {
  private final TeamId team;
  private final Map<Instant, PlanPeriod> periods = new HashMap<>();
  private TeamLimits limits = TeamLimits.NONE;
  private NanoUsd balance;
  private NanoUsd held;
  private NanoUsd spent;
  private long seq;
  private Hash hash;

  TeamAccount(TeamId team, NanoUsd balance, NanoUsd held, NanoUsd spent, long seq, Hash hash) {
    this.team = team;
    this.balance = balance;
    this.held = held;
    this.spent = spent;
    this.seq = seq;
    this.hash = hash;
  }

  void setLimits(TeamLimits now) {
    limits = now;
  }

  void addPeriod(PlanPeriod period) {
    periods.put(period.startsAt(), period);
  }

  void hold(Hold hold) {
    if (hold.funding() == Funding.WALLET) {
      held = held.plus(hold.amount());
    }
    hold.plan().ifPresent(share -> period(share).hold(hold));
  }

  void release(Hold hold, NanoUsd cost, long tokens) {
    if (hold.funding() == Funding.WALLET) {
      held = held.minus(hold.amount());
    }
    hold.plan().ifPresent(share -> period(share).release(hold, cost, tokens));
  }

  private PlanPeriod period(PlanShare share) {
    return Optional.ofNullable(periods.get(share.periodStartsAt())).orElseThrow();
  }

  /// Moves the wallet by a posting and gives the row its place in the chain.
  LedgerRow post(Posting posting, Instant at) {
    var row = LedgerRow.next(team, posting, seq, hash, balance, at);
    balance = row.balanceAfter();
    spent = spent.plus(posting.spending());
    seq = row.seq();
    hash = row.hash();
    return row;
  }

  /// The ways in which a step can be paid, the preferred one first.
  List<Headroom.Way> ways(BillingMode mode, List<Headroom.Line> budgets, Instant now) {
    return switch (mode) {
      case WALLET -> List.of(way(Funding.WALLET, Optional.empty(), budgets, List.of(walletLine())));
      case BYOK -> List.of(way(Funding.OWN_KEY, Optional.empty(), budgets, List.of()));
      case PLAN_QUOTA -> planWays(budgets, current(now));
    };
  }

  private List<Headroom.Way> planWays(List<Headroom.Line> budgets, PlanPeriod period) {
    var startsAt = Optional.of(period.startsAt());
    var granted = way(Funding.PLAN, startsAt, budgets, period.lines());
    if (!period.plan().hasOverage()) {
      return List.of(granted);
    }
    var bounds = new ArrayList<Headroom.Line>();
    period.overageLine(limits.overageCeiling()).ifPresent(bounds::add);
    bounds.add(walletLine());
    return List.of(granted, way(Funding.WALLET, startsAt, budgets, bounds));
  }

  private static Headroom.Way way(
      Funding funding,
      Optional<Instant> period,
      List<Headroom.Line> budgets,
      List<Headroom.Line> others) {
    var lines = new ArrayList<>(budgets);
    lines.addAll(others);
    return new Headroom.Way(funding, period, lines);
  }

  private PlanPeriod current(Instant now) {
    return periods.values().stream()
        .filter(period -> now.isBefore(period.endsAt()))
        .min(Comparator.comparing(PlanPeriod::startsAt))
        .orElseThrow(() -> new PlanPeriodMissing(team));
  }

  private Headroom.Line walletLine() {
    return new Headroom.Line(
        Refusal.Scope.WALLET,
        Optional.empty(),
        Optional.empty(),
        balance.plus(spent).nanos(),
        spent.nanos(),
        held.nanos(),
        Optional.empty());
  }

  TeamId team() {
    return team;
  }

  TeamLimits limits() {
    return limits;
  }

  Iterable<PlanPeriod> periods() {
    return periods.values();
  }

  Optional<PlanPeriod> periodOf(Hold hold) {
    return hold.plan().map(this::period);
  }

  NanoUsd balance() {
    return balance;
  }

  NanoUsd held() {
    return held;
  }

  NanoUsd spent() {
    return spent;
  }

  long seq() {
    return seq;
  }

  Hash hash() {
    return hash;
  }
}
