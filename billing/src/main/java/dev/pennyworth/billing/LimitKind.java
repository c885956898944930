package dev.pennyworth.billing;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Optional;

/// What an owner can bound: on a bot, and on the whole team.
public enum LimitKind {
  LIFETIME("lifetime", Refusal.Scope.BOT_CAP),
  DAY("day", Refusal.Scope.BOT_CAP),
  WEEK("week", Refusal.Scope.BOT_CAP),
  MONTH("month", Refusal.Scope.BOT_CAP),
  MESSAGE("message", Refusal.Scope.MESSAGE),
  END_USER_DAY("end_user_day", Refusal.Scope.END_USER),
  /// All bots of the team together, by months in UTC.
  TEAM_MONTH("team_month", Refusal.Scope.TEAM_LIMIT);

  private final String word;
  private final Refusal.Scope scope;

  LimitKind(String word, Refusal.Scope scope) {
    this.word = word;
    this.scope = scope;
  }

  /// The word that SQL and HTTP use.
  public String word() {
    return word;
  }

  public static LimitKind of(String word) {
    for (var kind : values()) {
      if (kind.word.equals(word)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no limit is called " + word);
  }

  Refusal.Scope scope() {
    return scope;
  }

  /// Whether it is counted without a limit too, so that a limit which is set later counts what the
  /// period has seen.
  boolean isAlwaysCounted() {
    return this != MESSAGE && this != END_USER_DAY;
  }

  /// Whether owners are told when a part of it is spent.
  boolean isAlerted() {
    return this != MESSAGE && this != END_USER_DAY;
  }

  /// The first day of the period that a day lies in; empty for what has no period.
  Optional<LocalDate> periodStart(LocalDate day) {
    return switch (this) {
      case LIFETIME, MESSAGE -> Optional.empty();
      case DAY, END_USER_DAY -> Optional.of(day);
      case WEEK -> Optional.of(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
      case MONTH, TEAM_MONTH -> Optional.of(day.withDayOfMonth(1));
    };
  }

  /// The first day after the period that begins on `start`.
  LocalDate periodEnd(LocalDate start) {
    return switch (this) {
      case LIFETIME, MESSAGE -> throw new IllegalStateException(word + " has no period");
      case DAY, END_USER_DAY -> start.plusDays(1);
      case WEEK -> start.plusWeeks(1);
      case MONTH, TEAM_MONTH -> start.plusMonths(1);
    };
  }
}
