package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Delivered;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Failed;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The queue of answers that go to a callback: who may make the next attempt, and what came of it.
/// Shared by all nodes; a claim whose node died runs out with its lease.
final class JdbcCallbacks {
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(3),
          Duration.ofMinutes(12),
          Duration.ofMinutes(40));

  /// The first, and one after each pause: about an hour in all.
  static final int ATTEMPTS_MAX = PAUSES.size() + 1;

  private final Jdbi jdbi;
  private final RetrySchedule schedule;
  private final InstantSource clock;

  JdbcCallbacks(Jdbi jdbi, RandomGenerator random, InstantSource clock) {
    this.jdbi = jdbi;
    this.schedule = new RetrySchedule(PAUSES, random);
    this.clock = clock;
  }

  /// An answer that was due when it was looked for.
  record Due(TeamId team, TurnId turn, BotId bot) {}

  /// The right to make one attempt. It ends with the lease; then somebody else may have the next.
  ///
  /// @param fence grows with every claim: what an outdated claim reports is thrown away
  /// @param attempts so far, this one included
  record CallbackClaim(TeamId team, TurnId turn, BotId bot, String url, long fence, int attempts) {}

  /// Answers that are due, the longest due first.
  ///
  /// @param busy bots to leave out
  List<Due> due(int rows, Collection<BotId> busy) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT c.team_id, c.turn_id, t.bot_id
                FROM callback c
                JOIN turn t ON t.team_id = c.team_id AND t.turn_id = c.turn_id
                WHERE c.state = 'pending'
                  AND c.next_attempt_at <= :now
                  AND c.lease_until <= :now
                  AND t.bot_id <> ALL(:busy)
                ORDER BY c.next_attempt_at
                LIMIT :rows
                """)
            .bind("now", clock.instant())
            .bindArray("busy", UUID.class, busy.stream().map(BotId::uuid).toList())
            .bind("rows", rows)
            .map((row, _) ->
                new Due(
                    new TeamId(row.getObject(1, UUID.class)),
                    new TurnId(row.getObject(2, UUID.class)),
                    new BotId(row.getObject(3, UUID.class))))
            .list());
  }

  /// Takes a due answer; empty if somebody else has it, or it is not due any more. The attempt
  /// counts from here, so that one that kills its node is not made for ever.
  Optional<CallbackClaim> claim(Due due) {
    var now = clock.instant();
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                UPDATE callback
                SET fence = fence + 1, attempts = attempts + 1, lease_until = :lease
                WHERE team_id = :team
                  AND turn_id = :turn
                  AND state = 'pending'
                  AND next_attempt_at <= :now
                  AND lease_until <= :now
                RETURNING url, fence, attempts
                """)
            .bind("now", now)
            .bind("lease", now.plus(JdbcDeliveries.LEASE))
            .bind("team", due.team().uuid())
            .bind("turn", due.turn().uuid())
            .map((row, _) ->
                new CallbackClaim(
                    due.team(),
                    due.turn(),
                    due.bot(),
                    row.getString(1),
                    row.getLong(2),
                    row.getInt(3)))
            .findOne());
  }

  /// Writes down what came of an attempt, and what follows: the next attempt, or the end. An answer
  /// that arrived is sent for the outbox, too.
  void finish(CallbackClaim callback, DeliveryOutcome outcome) {
    var now = clock.instant();
    jdbi.useTransaction(tx -> {
      switch (outcome) {
        case Delivered(var status) -> {
          if (note(tx, callback, "sent", Optional.empty(), status, Optional.empty())) {
            markSent(tx, callback, now);
          }
        }
        case Failed(var status, var error, var retryAfter) -> {
          var next = schedule.next(callback.attempts(), retryAfter, now);
          var state = next.isPresent() ? "pending" : "failed";
          note(tx, callback, state, next, status, Optional.of(error));
        }
        case Refused(var status, var error, _) ->
            note(tx, callback, "failed", Optional.empty(), status, Optional.of(error));
      }
    });
  }

  /// Whether the claim was still the latest.
  private static boolean note(
      Handle tx,
      CallbackClaim callback,
      String state,
      Optional<Instant> next,
      Optional<Integer> status,
      Optional<String> error) {
    return tx.createUpdate(
                """
                UPDATE callback
                SET state = :state,
                  next_attempt_at = :next,
                  lease_until = '-infinity',
                  response_status = :status,
                  error = :error
                WHERE team_id = :team
                  AND turn_id = :turn
                  AND fence = :fence
                  AND state = 'pending'
                """)
            .bind("state", state)
            .bindByType("next", next.orElse(null), Instant.class)
            .bindByType("status", status.orElse(null), Integer.class)
            .bindByType("error", error.orElse(null), String.class)
            .bind("team", callback.team().uuid())
            .bind("turn", callback.turn().uuid())
            .bind("fence", callback.fence())
            .execute()
        == 1;
  }

  private static void markSent(Handle tx, CallbackClaim callback, Instant now) {
    tx.createUpdate(
            """
            UPDATE outbox
            SET state = 'sent', sent_at = :now
            WHERE team_id = :team AND turn_id = :turn AND state = 'pending'
            """)
        .bind("now", now)
        .bind("team", callback.team().uuid())
        .bind("turn", callback.turn().uuid())
        .execute();
  }

  /// An attempt that this node broke off itself does not count, and anybody may make it at once.
  void giveBack(CallbackClaim callback) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE callback
                SET lease_until = '-infinity', attempts = attempts - 1
                WHERE team_id = :team
                  AND turn_id = :turn
                  AND fence = :fence
                  AND state = 'pending'
                """)
            .bind("team", callback.team().uuid())
            .bind("turn", callback.turn().uuid())
            .bind("fence", callback.fence())
            .execute());
  }
}
