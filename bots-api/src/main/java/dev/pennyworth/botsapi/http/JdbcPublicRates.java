package dev.pennyworth.botsapi.http;

import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.connectors.HttpFailure;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jdbi.v3.core.Jdbi;

/// Counts what has no team yet, such as sign-ins of an address, against a limit a minute. Exact,
/// also with several nodes: the database counts.
public final class JdbcPublicRates {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final Jdbi jdbi;
  private final InstantSource clock;

  public JdbcPublicRates(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Counts one event of a subject.
  ///
  /// @param perMinute how many are allowed in a minute that begins with the first
  /// @param what names them in the refusal, such as `sign-ins of this account`
  /// @return what is left
  /// @throws HttpFailure 429 if this is one too many
  public RateState count(String subject, int perMinute, String what) {
    var now = clock.instant();
    var window = add(subject, perMinute, now);
    if (window.used() > perMinute) {
      throw HttpFailure.tooManyRequests(
          "Too many %s: %d a minute are allowed. Try again later.".formatted(what, perMinute),
          perMinute,
          window.endsAt(),
          now);
    }
    return new RateState(true, what, perMinute, perMinute - window.used(), window.endsAt());
  }

  /// Stops counting one above the limit, so that a flood cannot overflow the number.
  private Window add(String subject, int perMinute, Instant now) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                INSERT INTO public_rate AS r (subject, window_ends_at, used)
                VALUES (:subject, :end, 1)
                ON CONFLICT (subject) DO UPDATE
                SET used = CASE WHEN r.window_ends_at <= :now THEN 1 ELSE LEAST(r.used, :limit) + 1 END,
                  window_ends_at = CASE WHEN r.window_ends_at <= :now THEN excluded.window_ends_at ELSE r.window_ends_at END
                RETURNING used, window_ends_at
                """)
            .bind("subject", subject)
            .bind("end", now.plus(WINDOW))
            .bind("now", now)
            .bind("limit", perMinute)
            .map((row, _) ->
                new Window(row.getInt("used"), row.getTimestamp("window_ends_at").toInstant()))
            .one());
  }

  private record Window(int used, Instant endsAt) {}
}
