package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TokenUsage;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/// What a team's bots did by day, for charts. Days are the bots' own.
public final class JdbcUsageDays {
  private final Jdbi jdbi;

  JdbcUsageDays(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// What a model cost on a day.
  ///
  /// @param model empty for calls of tools
  public record ModelDay(LocalDate day, Optional<String> model, NanoUsd cost, TokenUsage tokens) {}

  /// How much was said on a day.
  ///
  /// @param users different people; one who spoke to two bots counts once
  public record TalkDay(LocalDate day, long received, long sent, long users) {}

  /// How long half and nearly all of a day's turns took at most.
  public record LatencyDay(LocalDate day, long p50Millis, long p95Millis) {}

  /// All three, of one moment, oldest first.
  public record Days(List<ModelDay> models, List<TalkDay> talk, List<LatencyDay> latencies) {}

  /// What all bots cost on a day, and how much they were told.
  public record SpentDay(LocalDate day, NanoUsd cost, long messages) {}

  /// Days with anything on them, oldest first: from the sums that each charge adds to, since a
  /// ledger gets longer and longer.
  List<SpentDay> spent(TeamId team, LocalDate from, LocalDate to) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT event_day,
                  sum(cost_nanos)::bigint AS cost_nanos,
                  sum(messages_received)::bigint AS messages
                FROM daily_rollup
                WHERE team_id = :team AND event_day BETWEEN :from AND :to
                GROUP BY event_day
                ORDER BY event_day
                """)
            .bind("team", team.uuid())
            .bind("from", from)
            .bind("to", to)
            .map((row, _) ->
                new SpentDay(
                    row.getObject("event_day", LocalDate.class),
                    new NanoUsd(row.getLong("cost_nanos")),
                    row.getLong("messages")))
            .list());
  }

  Days read(TeamId team, LocalDate from, LocalDate to) {
    return jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        tx ->
            new Days(
                models(tx, team, from, to),
                talk(tx, team, from, to),
                latencies(tx, team, from, to)));
  }

  private static List<ModelDay> models(Handle tx, TeamId team, LocalDate from, LocalDate to) {
    return tx.createQuery(
            """
            SELECT event_day, llm_model,
              sum(cost_nanos)::bigint AS cost_nanos,
              sum(tokens_input)::bigint AS tokens_input,
              sum(tokens_output)::bigint AS tokens_output,
              sum(tokens_cache_read)::bigint AS tokens_cache_read,
              sum(tokens_cache_write)::bigint AS tokens_cache_write
            FROM ledger_transaction
            WHERE team_id = :team AND kind = 'charge' AND event_day BETWEEN :from AND :to
            GROUP BY event_day, llm_model
            ORDER BY event_day, llm_model
            """)
        .bind("team", team.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            new ModelDay(
                row.getObject("event_day", LocalDate.class),
                Optional.ofNullable(row.getString("llm_model")),
                new NanoUsd(row.getLong("cost_nanos")),
                new TokenUsage(
                    row.getLong("tokens_input"),
                    row.getLong("tokens_output"),
                    row.getLong("tokens_cache_read"),
                    row.getLong("tokens_cache_write"))))
        .list();
  }

  private static List<TalkDay> talk(Handle tx, TeamId team, LocalDate from, LocalDate to) {
    return tx.createQuery(
            """
            SELECT r.event_day,
              sum(r.messages_received)::bigint AS received,
              sum(r.messages_sent)::bigint AS sent,
              (SELECT count(DISTINCT u.end_user_id)
               FROM daily_user u
               WHERE u.team_id = :team AND u.event_day = r.event_day) AS users
            FROM daily_rollup r
            WHERE r.team_id = :team AND r.event_day BETWEEN :from AND :to
            GROUP BY r.event_day
            ORDER BY r.event_day
            """)
        .bind("team", team.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            new TalkDay(
                row.getObject("event_day", LocalDate.class),
                row.getLong("received"),
                row.getLong("sent"),
                row.getLong("users")))
        .list();
  }

  private static List<LatencyDay> latencies(Handle tx, TeamId team, LocalDate from, LocalDate to) {
    return tx.createQuery(
            """
            SELECT event_day,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_millis) AS p50,
              percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_millis) AS p95
            FROM turn
            WHERE team_id = :team AND event_day BETWEEN :from AND :to
              AND latency_millis IS NOT NULL
            GROUP BY event_day
            ORDER BY event_day
            """)
        .bind("team", team.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            new LatencyDay(
                row.getObject("event_day", LocalDate.class),
                row.getLong("p50"),
                row.getLong("p95")))
        .list();
  }
}
