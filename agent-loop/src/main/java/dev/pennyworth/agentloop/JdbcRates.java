package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Handle;

/// Counts events against limits, exactly, also with several nodes: the count is a row, and it is
/// kept in the transaction that stores the event. A minute begins with its first event.
final class JdbcRates {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final InstantSource clock;

  JdbcRates(InstantSource clock) {
    this.clock = clock;
  }

  /// Counts one event, unless the limit is reached. Joins the caller's transaction; rolling it back
  /// gives the event's place back.
  RateState take(Handle tx, TeamId team, RateLimit limit) {
    var now = clock.instant();
    return tx.createQuery(
            """
            INSERT INTO rate (team_id, subject, window_ends_at, used)
            VALUES (:team, :key, :ends, 1)
            ON CONFLICT (team_id, subject) DO UPDATE
            SET used = CASE WHEN rate.window_ends_at <= :now THEN 1 ELSE rate.used + 1 END,
              window_ends_at = CASE
                WHEN rate.window_ends_at <= :now THEN excluded.window_ends_at
                ELSE rate.window_ends_at
              END
            WHERE rate.window_ends_at <= :now OR rate.used < :limit
            RETURNING used, window_ends_at
            """)
        .bind("team", team.uuid())
        .bind("key", limit.key())
        .bind("now", now)
        .bind("ends", now.plus(WINDOW))
        .bind("limit", limit.perMinute())
        .map((row, _) ->
            new RateState(
                true,
                limit.subject(),
                limit.perMinute(),
                limit.perMinute() - row.getInt(1),
                row.getTimestamp(2).toInstant()))
        .findOne()
        .orElseGet(() -> exhausted(tx, team, limit));
  }

  /// What a limit leaves just now. Counts nothing.
  RateState look(Handle handle, TeamId team, RateLimit limit) {
    var now = clock.instant();
    return handle
        .createQuery(
            """
            SELECT used, window_ends_at
            FROM rate
            WHERE team_id = :team AND subject = :key AND window_ends_at > :now
            """)
        .bind("team", team.uuid())
        .bind("key", limit.key())
        .bind("now", now)
        .map((row, _) -> state(limit, row.getInt(1), row.getTimestamp(2).toInstant()))
        .findOne()
        .orElseGet(() -> state(limit, 0, now.plus(WINDOW)));
  }

  private static RateState state(RateLimit limit, int used, Instant resetsAt) {
    int remaining = Math.max(0, limit.perMinute() - used); // the owner may have lowered the limit
    return new RateState(remaining > 0, limit.subject(), limit.perMinute(), remaining, resetsAt);
  }

  private static RateState exhausted(Handle tx, TeamId team, RateLimit limit) {
    var resetsAt =
        tx.createQuery(
                """
                SELECT window_ends_at
                FROM rate
                WHERE team_id = :team AND subject = :key
                """)
            .bind("team", team.uuid())
            .bind("key", limit.key())
            .mapTo(Instant.class)
            .one();
    return new RateState(false, limit.subject(), limit.perMinute(), 0, resetsAt);
  }
}
