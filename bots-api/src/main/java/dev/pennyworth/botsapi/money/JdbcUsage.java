package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TokenUsage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// What a team's charges add up to, in groups. Straight from the ledger: each charge is in exactly
/// one group, so the groups add up to the total in every grouping.
final class JdbcUsage {
  private final Jdbi jdbi;

  JdbcUsage(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Which charges count. Days are the bots' own, both ends included; of times the end is excluded.
  record Range(
      Optional<LocalDate> fromDay,
      Optional<LocalDate> toDay,
      Optional<Instant> fromTime,
      Optional<Instant> toTime) {}

  /// Sums over some charges.
  ///
  /// @param cost at list price
  /// @param billed what was taken from the wallet
  record Sums(NanoUsd cost, NanoUsd billed, long calls, TokenUsage tokens) {}

  /// @param key empty for charges that have none, such as the tool of a model call
  /// @param name for people; empty where the key says all
  record Group(Optional<String> key, Optional<String> name, Sums sums) {}

  /// Where a page begins: after the group of this place.
  record Place(long rank, String key) {}

  /// @param groups the dearest first, days in order
  record Usage(List<Group> groups, Sums total) {}

  Usage read(TeamId team, UsageGroup by, Range range, Optional<Place> after, int rowsMax) {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        tx -> new Usage(groups(tx, team, by, range, after, rowsMax), total(tx, team, range)));
  }

  private static List<Group> groups(
      Handle tx, TeamId team, UsageGroup by, Range range, Optional<Place> after, int rowsMax) {
    var query =
        tx.createQuery(
                """
                SELECT *
                FROM (
                  SELECT k.group_key, max(k.group_name) AS group_name,
                    CASE WHEN :group = 'day' THEN 0 ELSE -sum(k.cost_nanos) END::bigint AS rank,
                    count(*) AS calls,
                    sum(k.cost_nanos)::bigint AS cost_nanos,
                    sum(k.billed_nanos)::bigint AS billed_nanos,
                    sum(k.tokens_input)::bigint AS tokens_input,
                    sum(k.tokens_output)::bigint AS tokens_output,
                    sum(k.tokens_cache_read)::bigint AS tokens_cache_read,
                    sum(k.tokens_cache_write)::bigint AS tokens_cache_write
                  FROM (
                    SELECT t.*,
                      coalesce(CASE :group
                        WHEN 'bot' THEN t.bot_id::text
                        WHEN 'model' THEN t.llm_provider || '/' || t.llm_model
                        WHEN 'day' THEN t.event_day::text
                        WHEN 'channel' THEN c.platform || '/' || c.channel_id
                        WHEN 'end_user' THEN c.platform || '/' || c.end_user_id
                        WHEN 'tool' THEN t.tool_name
                        WHEN 'purpose' THEN t.purpose
                      END, '') COLLATE "C" AS group_key,
                      CASE :group
                        WHEN 'bot' THEN b.settings ->> 'name'
                        WHEN 'end_user' THEN c.end_user_name
                      END AS group_name
                    FROM ledger_transaction t
                    LEFT JOIN turn u ON :by_talk AND u.team_id = :team AND u.turn_id = t.turn_id
                    LEFT JOIN conversation c ON :by_talk AND c.team_id = :team
                      AND c.conversation_id = u.conversation_id
                    LEFT JOIN bot b ON b.team_id = :team AND b.bot_id = t.bot_id
                    WHERE t.team_id = :team
                      AND t.kind = 'charge'
                      AND (:from_day::date IS NULL OR t.event_day >= :from_day)
                      AND (:to_day::date IS NULL OR t.event_day <= :to_day)
                      AND (:from_time::timestamptz IS NULL OR t.at >= :from_time)
                      AND (:to_time::timestamptz IS NULL OR t.at < :to_time)) k
                  GROUP BY k.group_key) g
                WHERE :rank::bigint IS NULL OR (g.rank, g.group_key) > (:rank, :key)
                ORDER BY g.rank, g.group_key
                LIMIT :rows
                """)
            .bind("by_talk", by == UsageGroup.CHANNEL || by == UsageGroup.END_USER)
            .bind("group", by.word())
            .bindByType("rank", after.map(Place::rank).orElse(null), Long.class)
            .bind("key", after.map(Place::key).orElse(""))
            .bind("rows", rowsMax);
    return bind(query, team, range)
        .map((row, _) ->
            new Group(
                Optional.of(row.getString("group_key")).filter(key -> !key.isEmpty()),
                Optional.ofNullable(row.getString("group_name")),
                sums(row)))
        .list();
  }

  private static Sums total(Handle tx, TeamId team, Range range) {
    var query =
        tx.createQuery(
            """
            SELECT count(*) AS calls,
              coalesce(sum(t.cost_nanos), 0)::bigint AS cost_nanos,
              coalesce(sum(t.billed_nanos), 0)::bigint AS billed_nanos,
              coalesce(sum(t.tokens_input), 0)::bigint AS tokens_input,
              coalesce(sum(t.tokens_output), 0)::bigint AS tokens_output,
              coalesce(sum(t.tokens_cache_read), 0)::bigint AS tokens_cache_read,
              coalesce(sum(t.tokens_cache_write), 0)::bigint AS tokens_cache_write
            FROM ledger_transaction t
            WHERE t.team_id = :team
              AND t.kind = 'charge'
              AND (:from_day::date IS NULL OR t.event_day >= :from_day)
              AND (:to_day::date IS NULL OR t.event_day <= :to_day)
              AND (:from_time::timestamptz IS NULL OR t.at >= :from_time)
              AND (:to_time::timestamptz IS NULL OR t.at < :to_time)
            """);
    return bind(query, team, range).map((row, _) -> sums(row)).one();
  }

  private static Query bind(Query query, TeamId team, Range range) {
    return query
        .bind("team", team.uuid())
        .bindByType("from_day", range.fromDay().orElse(null), LocalDate.class)
        .bindByType("to_day", range.toDay().orElse(null), LocalDate.class)
        .bindByType("from_time", range.fromTime().orElse(null), Instant.class)
        .bindByType("to_time", range.toTime().orElse(null), Instant.class);
  }

  private static Sums sums(ResultSet row) throws SQLException {
    return new Sums(
        new NanoUsd(row.getLong("cost_nanos")),
        new NanoUsd(row.getLong("billed_nanos")),
        row.getLong("calls"),
        new TokenUsage(
            row.getLong("tokens_input"),
            row.getLong("tokens_output"),
            row.getLong("tokens_cache_read"),
            row.getLong("tokens_cache_write")));
  }
}
