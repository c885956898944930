package dev.pennyworth.billing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which crossings of limits owners are told about. Each is told once: its key names the limit, its
/// period, its figure and the percent.
final class Alerts {
  /// Below this, an owner should think of topping up.
  static final NanoUsd LOW_BALANCE = NanoUsd.ofCents(100);

  private static final int PERCENT = 100;

  private Alerts() {}

  /// What there is to tell after a budget was spent from, or had its limit changed.
  ///
  /// @param limitBefore the limit that the last look was taken at
  static List<Event> ofBudget(
      BudgetRow row, Optional<NanoUsd> limitBefore, NanoUsd spentBefore, List<Integer> percents) {
    if (!row.kind().isAlerted() || row.limit().isEmpty()) {
      return List.of();
    }
    long limit = row.limit().get().nanos();
    var events = new ArrayList<Event>();
    for (int percent : percents) {
      boolean wasReached =
          limitBefore.isPresent()
              && isReached(spentBefore.nanos(), limitBefore.get().nanos(), percent);
      if (!wasReached && isReached(row.spent().nanos(), limit, percent)) {
        events.add(threshold(row, limit, percent));
      }
    }
    return events;
  }

  private static Event threshold(BudgetRow row, long limit, int percent) {
    var facts = new HashMap<String, Object>();
    facts.put("percent", percent);
    facts.put("limit_nanos", limit);
    facts.put("spent_nanos", row.spent().nanos());
    row.resetsAt().ifPresent(at -> facts.put("resets_at", at.toString()));
    row.bot().ifPresent(bot -> facts.put("bot_id", bot.toString()));
    row.bot().ifPresent(_ -> facts.put("period", row.kind().word()));
    return new Event(
        row.bot().isPresent() ? EventType.BOT_CAP_THRESHOLD : EventType.TEAM_LIMIT_THRESHOLD,
        "threshold/" + row.key() + "/" + limit + "/" + percent,
        facts);
  }

  /// What there is to tell when a bot's cap, not money that is held for a moment, stopped a step.
  static Optional<Event> ofRefusal(StepKey step, Headroom.Line line, Refusal refusal) {
    boolean isForGood = line.limit() - line.spent() < refusal.needed();
    if (line.scope() != Refusal.Scope.BOT_CAP || !isForGood) {
      return Optional.empty();
    }
    var facts = new HashMap<String, Object>();
    facts.put("bot_id", step.bot().toString());
    facts.put("period", line.period().orElseThrow());
    facts.put("limit_nanos", line.limit());
    facts.put("spent_nanos", line.spent());
    line.resetsAt().ifPresent(at -> facts.put("resets_at", at.toString()));
    return Optional.of(
        new Event(
            EventType.BOT_CAP_REACHED,
            "reached/" + line.budgetKey().orElseThrow() + "/" + line.limit(),
            facts));
  }

  /// @param seq of the ledger row that took the balance from one to the other
  static Optional<Event> ofWallet(NanoUsd before, NanoUsd after, NanoUsd held, long seq) {
    boolean hasCrossed = before.compareTo(LOW_BALANCE) >= 0 && after.compareTo(LOW_BALANCE) < 0;
    return hasCrossed
        ? Optional.of(
            new Event(
                EventType.WALLET_LOW_BALANCE,
                "low_balance/" + seq,
                Map.of(
                    "available_nanos", after.minus(held).nanos(),
                    "threshold_nanos", LOW_BALANCE.nanos())))
        : Optional.empty();
  }

  /// Of a plan's credits or tokens, whichever is further used up.
  static List<Event> ofPlan(PlanPeriod period, PlanUse before, List<Integer> percents) {
    var events = new ArrayList<Event>();
    for (int percent : percents) {
      if (!isReached(period, before, percent) && isReached(period, period.use(), percent)) {
        events.add(quotaThreshold(period, percent));
      }
    }
    return events;
  }

  private static Event quotaThreshold(PlanPeriod period, int percent) {
    var use = period.use();
    return new Event(
        EventType.PLAN_QUOTA_THRESHOLD,
        "threshold/plan/" + period.startsAt() + "/" + percent,
        Map.of(
            "percent", percent,
            "plan", period.plan().word(),
            "limit_nanos", period.credits().nanos(),
            "spent_nanos", use.creditsSpent().nanos(),
            "tokens_limit", period.tokensMax(),
            "tokens_spent", use.tokensSpent(),
            "resets_at", period.endsAt().toString()));
  }

  private static boolean isReached(PlanPeriod period, PlanUse use, int percent) {
    return isReached(use.creditsSpent().nanos(), period.credits().nanos(), percent)
        || isReached(use.tokensSpent(), period.tokensMax(), percent);
  }

  /// Exactly, without a product that overflows: 49.999 percent is not 50.
  private static boolean isReached(long spent, long limit, int percent) {
    long mark = limit / PERCENT * percent + Math.ceilDiv(limit % PERCENT * percent, PERCENT);
    return limit > 0 && spent >= mark;
  }
}
