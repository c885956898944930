package dev.pennyworth.billing;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
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

  /// Writes a team's daily costs, tokens and received messages anew, from the ledger and the turns.
  /// Replies, errors and users stay as they are: nothing else tells on which day they counted. Safe
  /// to repeat, and while others go on writing. Joins the caller's transaction.
  ///
  /// @return how many days were wrong
  public int rebuild(Handle tx, TeamId team) {
    JdbcWallets.lock(tx, team); // nobody charges meanwhile
    insertMissing(tx, team);
    lockAll(tx, team);
    return correct(tx, team);
  }

  private static void insertMissing(Handle tx, TeamId team) {
    tx.createUpdate(
            """
            INSERT INTO daily_rollup (team_id, bot_id, event_day)
            SELECT team_id, bot_id, event_day
            FROM ledger_transaction
            WHERE team_id = :team AND kind = 'charge'
            UNION
            SELECT team_id, bot_id, event_day
            FROM turn
            WHERE team_id = :team
            ON CONFLICT (team_id, bot_id, event_day) DO NOTHING
            """)
        .bind("team", team.uuid())
        .execute();
  }

  private static void lockAll(Handle tx, TeamId team) {
    tx.createQuery(
            """
            SELECT 1
            FROM daily_rollup
            WHERE team_id = :team
            ORDER BY bot_id, event_day
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .mapTo(Integer.class)
        .list();
  }

  private static int correct(Handle tx, TeamId team) {
    return tx.createUpdate(
            """
            WITH charged AS (
              SELECT bot_id, event_day, sum(tokens_input)::bigint AS tokens_input,
                sum(tokens_output)::bigint AS tokens_output,
                sum(tokens_cache_read)::bigint AS tokens_cache_read,
                sum(tokens_cache_write)::bigint AS tokens_cache_write,
                sum(cost_nanos)::bigint AS cost_nanos, sum(billed_nanos)::bigint AS billed_nanos
              FROM ledger_transaction
              WHERE team_id = :team AND kind = 'charge'
              GROUP BY bot_id, event_day),
            accepted AS (
              SELECT bot_id, event_day, count(*) AS messages_received
              FROM turn
              WHERE team_id = :team
              GROUP BY bot_id, event_day),
            truth AS (
              SELECT r.bot_id, r.event_day, coalesce(a.messages_received, 0) AS messages_received,
                coalesce(c.tokens_input, 0) AS tokens_input,
                coalesce(c.tokens_output, 0) AS tokens_output,
                coalesce(c.tokens_cache_read, 0) AS tokens_cache_read,
                coalesce(c.tokens_cache_write, 0) AS tokens_cache_write,
                coalesce(c.cost_nanos, 0) AS cost_nanos,
                coalesce(c.billed_nanos, 0) AS billed_nanos
              FROM daily_rollup r
              LEFT JOIN charged c ON c.bot_id = r.bot_id AND c.event_day = r.event_day
              LEFT JOIN accepted a ON a.bot_id = r.bot_id AND a.event_day = r.event_day
              WHERE r.team_id = :team)
            UPDATE daily_rollup r
            SET messages_received = truth.messages_received,
              tokens_input = truth.tokens_input,
              tokens_output = truth.tokens_output,
              tokens_cache_read = truth.tokens_cache_read,
              tokens_cache_write = truth.tokens_cache_write,
              cost_nanos = truth.cost_nanos,
              billed_nanos = truth.billed_nanos
            FROM truth
            WHERE r.team_id = :team AND r.bot_id = truth.bot_id AND r.event_day = truth.event_day
              AND (r.messages_received, r.tokens_input, r.tokens_output, r.tokens_cache_read,
                r.tokens_cache_write, r.cost_nanos, r.billed_nanos)
                IS DISTINCT FROM (truth.messages_received, truth.tokens_input, truth.tokens_output,
                truth.tokens_cache_read, truth.tokens_cache_write, truth.cost_nanos,
                truth.billed_nanos)
            """)
        .bind("team", team.uuid())
        .execute();
  }

  /// Adds what a batch of charges cost and used, day by day.
  static void grow(Handle tx, Map<Books.RollupId, Books.RollupGrowth> growth) {
    if (growth.isEmpty()) {
      return;
    }
    var rows = growth.entrySet();
    JdbcColumns.of(
            tx,
            rows,
            """
            INSERT INTO daily_rollup
              (team_id, bot_id, event_day, tokens_input, tokens_output, tokens_cache_read,
               tokens_cache_write, cost_nanos, billed_nanos)
            SELECT team_id, bot_id, event_day, tokens_input, tokens_output, tokens_cache_read,
              tokens_cache_write, cost_nanos, billed_nanos
            FROM unnest(?::uuid[], ?::uuid[], ?::date[], ?::bigint[],
              ?::bigint[], ?::bigint[], ?::bigint[],
              ?::bigint[], ?::bigint[])
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
        .uuids(row -> row.getKey().team().uuid())
        .uuids(row -> row.getKey().bot().uuid())
        .texts(row -> row.getKey().day().toString())
        .longs(row -> row.getValue().usage().input())
        .longs(row -> row.getValue().usage().output())
        .longs(row -> row.getValue().usage().cacheRead())
        .longs(row -> row.getValue().usage().cacheWrite())
        .longs(row -> row.getValue().cost().nanos())
        .longs(row -> row.getValue().billed().nanos())
        .execute();
  }
}
