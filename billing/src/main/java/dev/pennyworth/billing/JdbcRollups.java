package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// A bot's figures by day, in the bot's time zone, written in the commit that they describe.
public final class JdbcRollups {
  JdbcRollups() {}

  /// One day of a bot.
  public record Day(
      LocalDate date,
      long messagesReceived,
      long messagesSent,
      long errors,
      TokenUsage tokens,
      NanoUsd cost,
      NanoUsd billed,
      long uniqueUsers) {}

  /// Counts an accepted message. Joins the caller's transaction.
  public void addReceived(Handle tx, TeamId team, BotId bot, LocalDate day, String endUser) {
    tx.createUpdate(
            """
            INSERT INTO daily_user (team_id, bot_id, event_day, end_user_id)
            VALUES (:team, :bot, :day, :end_user)
            ON CONFLICT (team_id, bot_id, event_day, end_user_id) DO NOTHING
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("day", day)
        .bind("end_user", endUser)
        .execute();
    tx.createUpdate(
            """
            INSERT INTO daily_rollup (team_id, bot_id, event_day, messages_received)
            VALUES (:team, :bot, :day, 1)
            ON CONFLICT (team_id, bot_id, event_day) DO UPDATE
            SET messages_received = daily_rollup.messages_received + excluded.messages_received
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("day", day)
        .execute();
  }

  /// Counts a reply and, if the turn went wrong, an error. Joins the caller's transaction.
  public void addSent(Handle tx, TeamId team, BotId bot, LocalDate day, boolean isError) {
    tx.createUpdate(
            """
            INSERT INTO daily_rollup (team_id, bot_id, event_day, messages_sent, errors)
            VALUES (:team, :bot, :day, 1, :errors)
            ON CONFLICT (team_id, bot_id, event_day) DO UPDATE
            SET messages_sent = daily_rollup.messages_sent + excluded.messages_sent,
              errors = daily_rollup.errors + excluded.errors
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("day", day)
        .bind("errors", isError ? 1 : 0)
        .execute();
  }

  /// The days of a range that saw anything, both ends included, oldest first.
  public List<Day> days(Handle handle, TeamId team, BotId bot, LocalDate from, LocalDate to) {
    return handle
        .createQuery(
            """
            SELECT r.*,
              (SELECT count(*)
               FROM daily_user u
               WHERE u.team_id = :team AND u.bot_id = :bot AND u.event_day = r.event_day)
                AS unique_users
            FROM daily_rollup r
            WHERE r.team_id = :team AND r.bot_id = :bot AND r.event_day BETWEEN :from AND :to
            ORDER BY r.event_day
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            new Day(
                row.getObject("event_day", LocalDate.class),
                row.getLong("messages_received"),
                row.getLong("messages_sent"),
                row.getLong("errors"),
                new TokenUsage(
                    row.getLong("tokens_input"),
                    row.getLong("tokens_output"),
                    row.getLong("tokens_cache_read"),
                    row.getLong("tokens_cache_write")),
                new NanoUsd(row.getLong("cost_nanos")),
                new NanoUsd(row.getLong("billed_nanos")),
                row.getLong("unique_users")))
        .list();
  }

  /// Adds what a batch of charges cost and used, day by day.
  static void grow(Handle tx, Map<Books.RollupId, Books.RollupGrowth> growth) {
    if (growth.isEmpty()) {
      return;
    }
    var rows = growth.entrySet();
    tx.createUpdate(
            """
            INSERT INTO daily_rollup
              (team_id, bot_id, event_day, tokens_input, tokens_output, tokens_cache_read,
               tokens_cache_write, cost_nanos, billed_nanos)
            SELECT team_id, bot_id, event_day, tokens_input, tokens_output, tokens_cache_read,
              tokens_cache_write, cost_nanos, billed_nanos
            FROM unnest(:teams::uuid[], :bots::uuid[], :days::date[], :inputs::bigint[],
              :outputs::bigint[], :cache_reads::bigint[], :cache_writes::bigint[],
              :costs::bigint[], :billed::bigint[])
              AS row (team_id, bot_id, event_day, tokens_input, tokens_output, tokens_cache_read,
                tokens_cache_write, cost_nanos, billed_nanos)
            ORDER BY team_id, bot_id, event_day
            ON CONFLICT (team_id, bot_id, event_day) DO UPDATE
            SET tokens_input = daily_rollup.tokens_input + excluded.tokens_input,
              tokens_output = daily_rollup.tokens_output + excluded.tokens_output,
              tokens_cache_read = daily_rollup.tokens_cache_read + excluded.tokens_cache_read,
              tokens_cache_write = daily_rollup.tokens_cache_write + excluded.tokens_cache_write,
              cost_nanos = daily_rollup.cost_nanos + excluded.cost_nanos,
              billed_nanos = daily_rollup.billed_nanos + excluded.billed_nanos
            """)
        .bindArray("teams", UUID.class, JdbcBooks.column(rows, row -> row.getKey().team().uuid()))
        .bindArray("bots", UUID.class, JdbcBooks.column(rows, row -> row.getKey().bot().uuid()))
        .bindArray(
            "days", String.class, JdbcBooks.column(rows, row -> row.getKey().day().toString()))
        .bindArray(
            "inputs", Long.class, JdbcBooks.column(rows, row -> row.getValue().usage().input()))
        .bindArray(
            "outputs", Long.class, JdbcBooks.column(rows, row -> row.getValue().usage().output()))
        .bindArray(
            "cache_reads",
            Long.class,
            JdbcBooks.column(rows, row -> row.getValue().usage().cacheRead()))
        .bindArray(
            "cache_writes",
            Long.class,
            JdbcBooks.column(rows, row -> row.getValue().usage().cacheWrite()))
        .bindArray(
            "costs", Long.class, JdbcBooks.column(rows, row -> row.getValue().cost().nanos()))
        .bindArray(
            "billed", Long.class, JdbcBooks.column(rows, row -> row.getValue().billed().nanos()))
        .execute();
  }
}
