package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a bot has spent, what its caps leave, and how long that lasts.
///
/// @param projectedDaysLeft at the pace of the last seven days, until the lifetime cap or the
///   wallet is used up, whichever is first; empty if nothing was spent or nothing bounds it
record UsageSummary(
    NanoUsd spentCents, NanoUsd heldCents, List<Cap> caps, Optional<BigDecimal> projectedDaysLeft) {
  static final int PACE_DAYS = 7;

  /// One cap and what is left of it.
  ///
  /// @param period `lifetime`, `day`, `week` or `month`
  record Cap(
      String period,
      NanoUsd limitCents,
      NanoUsd spentCents,
      NanoUsd heldCents,
      NanoUsd remainingCents,
      Optional<Instant> resetsAt) {}

  /// @param budgets of the bot as a whole, its lifetime among them
  /// @param lastDays the rollups of the last [#PACE_DAYS] days
  /// @param walletAvailable empty if the bot takes nothing from the wallet
  static UsageSummary of(
      List<BudgetState> budgets,
      List<JdbcRollups.Day> lastDays,
      Optional<NanoUsd> walletAvailable) {
    var lifetime =
        budgets.stream()
            .filter(budget -> budget.kind() == LimitKind.LIFETIME)
            .findFirst()
            .orElseThrow();
    return new UsageSummary(
        lifetime.spent(),
        lifetime.held(),
        budgets.stream().flatMap(budget -> cap(budget).stream()).toList(),
        Stream.concat(lifetime.remaining().stream(), walletAvailable.stream())
            .min(NanoUsd::compareTo)
            .flatMap(left -> daysLeft(left, lastDays)));
  }

  private static Optional<Cap> cap(BudgetState budget) {
    return budget
        .limit()
        .map(limit ->
            new Cap(
                budget.kind().word(),
                limit,
                budget.spent(),
                budget.held(),
                limit.minus(budget.spent()).minus(budget.held()),
                budget.resetsAt()));
  }

  private static Optional<BigDecimal> daysLeft(NanoUsd left, List<JdbcRollups.Day> lastDays) {
    long spent = lastDays.stream().mapToLong(day -> day.cost().nanos()).sum();
    if (spent == 0) {
      return Optional.empty();
    }
    return Optional.of(
        BigDecimal.valueOf(Math.max(0, left.nanos()))
            .multiply(BigDecimal.valueOf(PACE_DAYS))
            .divide(BigDecimal.valueOf(spent), 1, RoundingMode.DOWN));
  }
}
