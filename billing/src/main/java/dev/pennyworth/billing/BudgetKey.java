package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Names one row of `budget`. The bot's lifetime sorts before all its other rows: whoever locks
/// budgets in the order of their keys holds the lifetime row first, which makes it the bot's lock.
record BudgetKey(String text, LimitKind kind, Optional<Instant> resetsAt) {

  /// The budgets that a step counts in, sorted by key.
  static List<BudgetKey> of(StepKey step, String endUser, ZoneId zone, LocalDate day) {
    var keys = new ArrayList<BudgetKey>();
    for (var kind : LimitKind.values()) {
      keys.add(of(kind, step, endUser, zone, day));
    }
    keys.sort(Comparator.comparing(BudgetKey::text));
    return List.copyOf(keys);
  }

  /// The budgets of a bot as a whole, as they stand on a day.
  static List<BudgetKey> ofBot(BotId bot, ZoneId zone, LocalDate day) {
    var keys = new ArrayList<BudgetKey>();
    keys.add(lifetime(bot));
    for (var kind : List.of(LimitKind.DAY, LimitKind.WEEK, LimitKind.MONTH)) {
      keys.add(period(kind, bot, "", zone, day));
    }
    return List.copyOf(keys);
  }

  static BudgetKey lifetime(BotId bot) {
    return new BudgetKey(prefix(bot), LimitKind.LIFETIME, Optional.empty());
  }

  private static BudgetKey of(
      LimitKind kind, StepKey step, String endUser, ZoneId zone, LocalDate day) {
    return switch (kind) {
      case LIFETIME -> lifetime(step.bot());
      case DAY, WEEK, MONTH -> period(kind, step.bot(), "", zone, day);
      case END_USER_DAY -> period(kind, step.bot(), "/" + pseudonym(endUser), zone, day);
      case MESSAGE -> new BudgetKey("turn/" + hex(step.turn().uuid()), kind, Optional.empty());
    };
  }

  private static BudgetKey period(
      LimitKind kind, BotId bot, String suffix, ZoneId zone, LocalDate day) {
    var start = kind.periodStart(day).orElseThrow();
    return new BudgetKey(
        prefix(bot) + "/" + kind.word() + "/" + start + suffix,
        kind,
        Optional.of(kind.periodEnd(start).atStartOfDay(zone).toInstant()));
  }

  /// Keeps a person's id out of rows that outlive his messages.
  private static String pseudonym(String endUser) {
    return hex(TypedIds.of("end_user", endUser));
  }

  private static String prefix(BotId bot) {
    return "bot/" + hex(bot.uuid());
  }

  private static String hex(UUID uuid) {
    return TypedIds.print("", uuid);
  }
}
