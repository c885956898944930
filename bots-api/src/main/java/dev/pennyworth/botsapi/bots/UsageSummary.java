package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What a bot has spent, what its caps leave, and how long that lasts.
///
/// @param projectedDaysLeft at the pace of the last up to seven whole days, until the lifetime cap
///   or the wallet is used up, whichever is first; empty if nothing was spent or nothing bounds it.
///   A bot that spent nothing on a whole day yet goes by what it spent today
public record UsageSummary(
    NanoUsd spentCents, NanoUsd heldCents, List<Cap> caps, Optional<BigDecimal> projectedDaysLeft) {
  static final int PACE_DAYS = 7;

  /// One cap and what is left of it.
  ///
  /// @param period `lifetime`, `day`, `week` or `month`
  public record Cap(
      String period,
      NanoUsd limitCents,
      NanoUsd spentCents,
      NanoUsd heldCents,
      NanoUsd remainingCents,
      Optional<Instant> resetsAt) {}

  /// @param budgets of the bot as a whole, its lifetime among them
  /// @param lastDays the rollups of today and of the [#PACE_DAYS] whole days before
  /// @param madeOn the bot's first day: the days before it are no part of its pace
  /// @param walletAvailable empty if the bot takes nothing from the wallet
  static UsageSummary of(
      List<BudgetState> budgets,
      List<JdbcRollups.Day> lastDays,
      LocalDate madeOn,
      LocalDate today,
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
            .flatMap(left -> daysLeft(left, Pace.of(lastDays, madeOn, today))));
  }

  static Optional<Cap> cap(BudgetState budget) {
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

  /// What was spent in how many days.
  private record Pace(long nanos, long days) {
    static Pace of(List<JdbcRollups.Day> lastDays, LocalDate madeOn, LocalDate today) {
      long wholeDays = Math.clamp(ChronoUnit.DAYS.between(madeOn, today), 0, PACE_DAYS);
      long before = spent(lastDays, day -> day.isBefore(today));
      return before > 0
          ? new Pace(before, Math.max(1, wholeDays))
          : new Pace(spent(lastDays, today::equals), 1);
    }

    private static long spent(List<JdbcRollups.Day> days, Predicate<LocalDate> counts) {
      return days.stream()
          .filter(day -> counts.test(day.date()))
          .mapToLong(day -> day.cost().nanos())
          .sum();
    }
  }

  private static Optional<BigDecimal> daysLeft(NanoUsd left, Pace pace) {
    if (pace.nanos() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        BigDecimal.valueOf(Math.max(0, left.nanos()))
            .multiply(BigDecimal.valueOf(pace.days()))
            .divide(BigDecimal.valueOf(pace.nanos()), 1, RoundingMode.DOWN));
  }
}
