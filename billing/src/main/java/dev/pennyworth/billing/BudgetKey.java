package dev.pennyworth.billing;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Names one row of `budget`, whose `bot` is empty if it counts for the whole team. The bot's
/// lifetime sorts before all its other rows: whoever locks budgets in the order of their keys holds
/// the lifetime row first, which makes it the bot's lock.
record BudgetKey(String text, Optional<BotId> bot, LimitKind kind, Optional<Instant> resetsAt) {

  /// The budgets that a step counts in, sorted by key. There are many messages and end users: they
  /// are counted only where the bot limits them.
  ///
  /// @param limited what the bot's owner limits
  static List<BudgetKey> of(HoldRequest request, Set<LimitKind> limited, Instant now) {
    var keys = new ArrayList<BudgetKey>();
    for (var kind : LimitKind.values()) {
      if (kind.isAlwaysCounted() || limited.contains(kind)) {
        keys.add(of(kind, request, now));
      }
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
    return new BudgetKey(prefix(bot), Optional.of(bot), LimitKind.LIFETIME, Optional.empty());
  }

  /// The budget of all of a team's bots, as it stands on a day in UTC.
  static BudgetKey ofTeam(Instant now) {
    var start =
        LimitKind.TEAM_MONTH.periodStart(now.atZone(ZoneOffset.UTC).toLocalDate()).orElseThrow();
    var end = LimitKind.TEAM_MONTH.periodEnd(start);
    return new BudgetKey(
        "team/month/" + start,
        Optional.empty(),
        LimitKind.TEAM_MONTH,
        Optional.of(end.atStartOfDay(ZoneOffset.UTC).toInstant()));
  }

  private static BudgetKey of(LimitKind kind, HoldRequest request, Instant now) {
    var step = request.key();
    var zone = request.zone();
    var day = now.atZone(zone).toLocalDate();
    return switch (kind) {
      case LIFETIME -> lifetime(step.bot());
      case DAY, WEEK, MONTH -> period(kind, step.bot(), "", zone, day);
      case END_USER_DAY -> period(kind, step.bot(), "/" + pseudonym(request.endUser()), zone, day);
      case MESSAGE ->
          new BudgetKey(
              "turn/" + hex(step.turn().uuid()), Optional.of(step.bot()), kind, Optional.empty());
      case TEAM_MONTH -> ofTeam(now);
    };
  }

  private static BudgetKey period(
      LimitKind kind, BotId bot, String suffix, ZoneId zone, LocalDate day) {
    var start = kind.periodStart(day).orElseThrow();
    return new BudgetKey(
        prefix(bot) + "/" + kind.word() + "/" + start + suffix,
        Optional.of(bot),
        kind,
        Optional.of(kind.periodEnd(start).atStartOfDay(zone).toInstant()));
  }

  /// Of a fixed length, whatever the caller names people by.
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
