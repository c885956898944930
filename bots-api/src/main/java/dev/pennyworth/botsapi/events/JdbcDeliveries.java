package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Delivered;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Failed;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Refused;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The queue of deliveries: who may make the next attempt, and what came of it. Shared by all
/// nodes; a claim whose node died runs out with its lease.
///
/// Locks are taken in this order: the endpoint, then its deliveries.
final class JdbcDeliveries {
  /// The longest attempt (10 s, after a name was resolved) and its commits, several times over. An
  /// attempt that is still under way then is made again, and its own report thrown away.
  static final Duration LEASE = Duration.ofSeconds(60);

  private final Jdbi jdbi;
  private final JdbcWebhookEndpoints endpoints;
  private final RetrySchedule schedule;
  private final InstantSource clock;

  JdbcDeliveries(
      Jdbi jdbi, JdbcWebhookEndpoints endpoints, RetrySchedule schedule, InstantSource clock) {
    this.jdbi = jdbi;
    this.endpoints = endpoints;
    this.schedule = schedule;
    this.clock = clock;
  }

  /// A delivery that was due when it was looked for.
  ///
  /// @param endpoint empty for e-mail
  record Due(TeamId team, DeliveryId delivery, Optional<EndpointId> endpoint) {}

  /// Deliveries that are due, the longest due first.
  ///
  /// @param busy endpoints to leave out
  /// @param withMail whether e-mails are looked for too
  List<Due> due(int rows, Collection<EndpointId> busy, boolean withMail) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT team_id, delivery_id, endpoint_id
                FROM event_delivery
                WHERE state = 'pending'
                  AND next_attempt_at <= :now
                  AND lease_until <= :now
                  AND (:mail OR endpoint_id IS NOT NULL)
                  AND (endpoint_id IS NULL OR endpoint_id <> ALL(:busy))
                ORDER BY next_attempt_at
                LIMIT :rows
                """)
            .bind("now", clock.instant())
            .bind("mail", withMail)
            .bindArray("busy", UUID.class, busy.stream().map(EndpointId::uuid).toList())
            .bind("rows", rows)
            .map((row, _) ->
                new Due(
                    new TeamId(row.getObject(1, UUID.class)),
                    new DeliveryId(row.getObject(2, UUID.class)),
                    Optional.ofNullable(row.getObject(3, UUID.class)).map(EndpointId::new)))
            .list());
  }

  /// Takes a due delivery; empty if somebody else has it, or it is not due any more. The attempt
  /// counts from here, so that one that kills its node is not made for ever.
  Optional<Claim> claim(Due due) {
    var now = clock.instant();
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                UPDATE event_delivery
                SET fence = fence + 1,
                  tries = tries + 1,
                  attempts = attempts + 1,
                  attempted_at = :now,
                  lease_until = :lease
                WHERE team_id = :team
                  AND delivery_id = :delivery
                  AND state = 'pending'
                  AND next_attempt_at <= :now
                  AND lease_until <= :now
                RETURNING event_id, fence, tries, begun_at
                """)
            .bind("now", now)
            .bind("lease", now.plus(LEASE))
            .bind("team", due.team().uuid())
            .bind("delivery", due.delivery().uuid())
            .map((row, _) -> claim(due, row))
            .findOne());
  }

  private static Claim claim(Due due, ResultSet row) throws SQLException {
    return new Claim(
        due.team(),
        due.delivery(),
        new EventId(row.getObject("event_id", UUID.class)),
        due.endpoint(),
        row.getLong("fence"),
        row.getInt("tries"),
        row.getTimestamp("begun_at").toInstant());
  }

  /// Writes down what came of an attempt, and what follows: the next attempt, or the end. An
  /// endpoint to which nothing got through in all the attempts of a delivery is disabled.
  void finish(Claim claim, DeliveryOutcome outcome, long latencyMillis) {
    var now = clock.instant();
    jdbi.useTransaction(tx -> {
      claim.endpoint().ifPresent(endpoint -> endpoints.lock(tx, claim.team(), endpoint));
      switch (outcome) {
        case Delivered delivered -> delivered(tx, claim, delivered, latencyMillis, now);
        case Failed failed -> failed(tx, claim, failed, latencyMillis, now);
        case Refused refused -> refused(tx, claim, refused, latencyMillis);
      }
    });
  }

  private void delivered(
      Handle tx, Claim claim, Delivered outcome, long latencyMillis, Instant now) {
    int noted =
        tx.createUpdate(
                """
                UPDATE event_delivery
                SET state = 'delivered',
                  next_attempt_at = NULL,
                  lease_until = '-infinity',
                  response_status = :status,
                  error = NULL,
                  latency_millis = :latency
                WHERE team_id = :team AND delivery_id = :delivery AND fence = :fence
                """)
            .bindByType("status", outcome.status().orElse(null), Integer.class)
            .bind("latency", latencyMillis)
            .bind("team", claim.team().uuid())
            .bind("delivery", claim.delivery().uuid())
            .bind("fence", claim.fence())
            .execute();
    if (noted == 1) {
      claim.endpoint().ifPresent(it -> endpoints.noteDelivered(tx, claim.team(), it, now));
    }
  }

  private void failed(Handle tx, Claim claim, Failed outcome, long latencyMillis, Instant now) {
    var next = schedule.next(claim.tries(), outcome.retryAfter(), now);
    boolean isNoted =
        noteFailure(tx, claim, outcome.status(), outcome.error(), next, latencyMillis);
    if (isNoted && next.isEmpty()) {
      claim
          .endpoint()
          .filter(it -> !endpoints.hasReceivedSince(tx, claim.team(), it, claim.begunAt()))
          .ifPresent(it -> endpoints.disable(tx, claim, it, exhausted(outcome.error())));
    }
  }

  private void refused(Handle tx, Claim claim, Refused outcome, long latencyMillis) {
    boolean isNoted =
        noteFailure(tx, claim, outcome.status(), outcome.error(), Optional.empty(), latencyMillis);
    if (isNoted && outcome.isGone()) {
      claim.endpoint().ifPresent(it -> endpoints.disable(tx, claim, it, outcome.error()));
    }
  }

  private static String exhausted(String lastError) {
    return "All %d attempts of a delivery failed, and nothing else got through meanwhile. The last time: %s"
        .formatted(RetrySchedule.ATTEMPTS_MAX, lastError);
  }

  /// Whether the claim was still the latest, and the delivery not ended by somebody else.
  private static boolean noteFailure(
      Handle tx,
      Claim claim,
      Optional<Integer> status,
      String error,
      Optional<Instant> next,
      long latencyMillis) {
    return tx.createUpdate(
                """
                UPDATE event_delivery
                SET state = :state,
                  next_attempt_at = :next,
                  lease_until = '-infinity',
                  response_status = :status,
                  error = :error,
                  latency_millis = :latency
                WHERE team_id = :team
                  AND delivery_id = :delivery
                  AND fence = :fence
                  AND state = 'pending'
                """)
            .bind("state", next.isPresent() ? "pending" : "failed")
            .bindByType("next", next.orElse(null), Instant.class)
            .bindByType("status", status.orElse(null), Integer.class)
            .bind("error", error)
            .bind("latency", latencyMillis)
            .bind("team", claim.team().uuid())
            .bind("delivery", claim.delivery().uuid())
            .bind("fence", claim.fence())
            .execute()
        == 1;
  }

  /// An attempt that this node broke off itself does not count, and anybody may make it at once.
  void giveBack(Claim claim) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE event_delivery
                SET lease_until = '-infinity', tries = tries - 1, attempts = attempts - 1
                WHERE team_id = :team
                  AND delivery_id = :delivery
                  AND fence = :fence
                  AND state = 'pending'
                """)
            .bind("team", claim.team().uuid())
            .bind("delivery", claim.delivery().uuid())
            .bind("fence", claim.fence())
            .execute());
  }
}
