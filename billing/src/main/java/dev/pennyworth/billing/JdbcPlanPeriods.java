package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The rows of `plan_period`.
final class JdbcPlanPeriods {
  private JdbcPlanPeriods() {}

  /// Locks the periods that are current for some teams and those that some holds are pinned to.
  static List<PlanPeriod> lock(
      Handle tx, Collection<TeamId> current, Instant now, List<Hold> pinned) {
    return tx.createQuery(
            """
            SELECT *
            FROM plan_period
            WHERE (team_id = ANY(:current) AND ends_at > :now)
              OR (team_id, starts_at) IN (
                SELECT *
                FROM unnest(:teams::uuid[], :starts::timestamptz[]))
            ORDER BY team_id, starts_at
            FOR UPDATE
            """)
        .bindArray("current", UUID.class, JdbcBooks.column(current, TeamId::uuid))
        .bind("now", now)
        .bindArray("teams", UUID.class, JdbcBooks.column(pinned, hold -> hold.key().team().uuid()))
        .bindArray(
            "starts",
            String.class,
            JdbcBooks.column(pinned, hold -> hold.plan().orElseThrow().periodStartsAt().toString()))
        .map((row, _) -> read(row))
        .list();
  }

  static void write(Handle tx, List<PlanPeriod> periods) {
    tx.createUpdate(
            """
            UPDATE plan_period AS p
            SET credits_spent_nanos = row.credits_spent_nanos,
              credits_held_nanos = row.credits_held_nanos,
              tokens_spent = row.tokens_spent,
              tokens_held = row.tokens_held,
              overage_spent_nanos = row.overage_spent_nanos,
              overage_held_nanos = row.overage_held_nanos
            FROM unnest(:teams::uuid[], :starts::timestamptz[], :credits_spent::bigint[],
              :credits_held::bigint[], :tokens_spent::bigint[], :tokens_held::bigint[],
              :overage_spent::bigint[], :overage_held::bigint[])
              AS row (team_id, starts_at, credits_spent_nanos, credits_held_nanos, tokens_spent,
                tokens_held, overage_spent_nanos, overage_held_nanos)
            WHERE p.team_id = row.team_id AND p.starts_at = row.starts_at
            """)
        .bindArray("teams", UUID.class, JdbcBooks.column(periods, p -> p.team().uuid()))
        .bindArray("starts", String.class, JdbcBooks.column(periods, p -> p.startsAt().toString()))
        .bindArray(
            "credits_spent",
            Long.class,
            JdbcBooks.column(periods, p -> p.use().creditsSpent().nanos()))
        .bindArray(
            "credits_held",
            Long.class,
            JdbcBooks.column(periods, p -> p.use().creditsHeld().nanos()))
        .bindArray(
            "tokens_spent", Long.class, JdbcBooks.column(periods, p -> p.use().tokensSpent()))
        .bindArray("tokens_held", Long.class, JdbcBooks.column(periods, p -> p.use().tokensHeld()))
        .bindArray(
            "overage_spent",
            Long.class,
            JdbcBooks.column(periods, p -> p.use().overageSpent().nanos()))
        .bindArray(
            "overage_held",
            Long.class,
            JdbcBooks.column(periods, p -> p.use().overageHeld().nanos()))
        .execute();
  }

  static PlanPeriod read(ResultSet row) throws SQLException {
    return new PlanPeriod(
        new TeamId(row.getObject("team_id", UUID.class)),
        Plan.parse(row.getString("plan")).orElseThrow(),
        row.getTimestamp("starts_at").toInstant(),
        row.getTimestamp("ends_at").toInstant(),
        new NanoUsd(row.getLong("credits_nanos")),
        row.getLong("tokens_max"),
        new PlanUse(
            new NanoUsd(row.getLong("credits_spent_nanos")),
            new NanoUsd(row.getLong("credits_held_nanos")),
            row.getLong("tokens_spent"),
            row.getLong("tokens_held"),
            new NanoUsd(row.getLong("overage_spent_nanos")),
            new NanoUsd(row.getLong("overage_held_nanos"))));
  }
}
