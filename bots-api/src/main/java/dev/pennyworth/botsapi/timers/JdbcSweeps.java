package dev.pennyworth.botsapi.timers;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/// Removes rows that nobody needs any more, some at a time: a long statement would keep others from
/// their rows. What is left over is swept the next time.
final class JdbcSweeps {
  /// The contract promises the first answer again; nobody repeats a request after a day.
  static final Duration ANSWERS_KEPT = Duration.ofHours(24);

  static final int BATCH_ROWS = 500;
  private static final int BATCHES_MAX = 100;

  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcSweeps(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// A window that ended counts for nothing: the next event begins another.
  void sweepRates() {
    var ended = clock.instant();
    repeat(() -> sweepRates(ended));
  }

  void sweepPublicRates() {
    var ended = clock.instant();
    repeat(() -> sweepPublicRates(ended));
  }

  /// An expired token is refused whether it is there or not.
  void sweepRefreshTokens() {
    var expired = clock.instant();
    repeat(() -> sweepRefreshTokens(expired));
  }

  void sweepIdempotentAnswers() {
    var made = clock.instant().minus(ANSWERS_KEPT);
    repeat(() -> sweepIdempotentAnswers(made));
  }

  private static void repeat(IntSupplier batch) {
    for (int i = 0; i < BATCHES_MAX; i++) {
      if (batch.getAsInt() < BATCH_ROWS) {
        return;
      }
    }
  }

  /// A row of a team's table, by the rest of its key.
  private record Key(UUID team, String rest) {}

  private static Map<UUID, List<String>> byTeam(List<Key> keys) {
    return keys.stream()
        .collect(
            Collectors.groupingBy(Key::team, Collectors.mapping(Key::rest, Collectors.toList())));
  }

  private int sweepRates(Instant ended) {
    var keys =
        jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT team_id, subject
                    FROM rate
                    WHERE window_ends_at <= :ended
                    ORDER BY window_ends_at
                    LIMIT :max
                    """)
                .bind("ended", ended)
                .bind("max", BATCH_ROWS)
                .map((row, _) -> new Key(row.getObject(1, UUID.class), row.getString(2)))
                .list());
    byTeam(keys).forEach((team, subjects) -> deleteRates(team, subjects, ended));
    return keys.size();
  }

  /// Each is a transaction of one team's; a window that has begun anew meanwhile stays.
  private void deleteRates(UUID team, List<String> subjects, Instant ended) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM rate
                WHERE team_id = :team AND subject = ANY(:subjects) AND window_ends_at <= :ended
                """)
            .bind("team", team)
            .bindArray("subjects", String.class, subjects)
            .bind("ended", ended)
            .execute());
  }

  private int sweepPublicRates(Instant ended) {
    return jdbi.withHandle(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM public_rate
                WHERE subject IN (
                    SELECT subject
                    FROM public_rate
                    WHERE window_ends_at <= :ended
                    ORDER BY window_ends_at
                    LIMIT :max)
                  AND window_ends_at <= :ended
                """)
            .bind("ended", ended)
            .bind("max", BATCH_ROWS)
            .execute());
  }

  private int sweepRefreshTokens(Instant expired) {
    return jdbi.withHandle(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM refresh_token
                WHERE token_hash IN (
                  SELECT token_hash
                  FROM refresh_token
                  WHERE expires_at <= :expired
                  ORDER BY expires_at
                  LIMIT :max)
                """)
            .bind("expired", expired)
            .bind("max", BATCH_ROWS)
            .execute());
  }

  private int sweepIdempotentAnswers(Instant made) {
    var keys =
        jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT team_id, key
                    FROM idempotent_answer
                    WHERE created_at <= :made
                    ORDER BY created_at
                    LIMIT :max
                    """)
                .bind("made", made)
                .bind("max", BATCH_ROWS)
                .map((row, _) -> new Key(row.getObject(1, UUID.class), row.getString(2)))
                .list());
    byTeam(keys).forEach((team, of) -> deleteAnswers(team, of, made));
    return keys.size();
  }

  private void deleteAnswers(UUID team, List<String> keys, Instant made) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                DELETE FROM idempotent_answer
                WHERE team_id = :team AND key = ANY(:keys) AND created_at <= :made
                """)
            .bind("team", team)
            .bindArray("keys", String.class, keys)
            .bind("made", made)
            .execute());
  }
}
