package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
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

/// The replies that wait to go out to platforms: who may send the next part of one, how far it got,
/// and what came of it. Shared by all nodes; a claim whose node died runs out with its lease.
///
/// States: `pending` waits for its next part's time; `sending` is claimed for one part; `sent`;
/// `unknown` may have arrived or not, and is never sent again by itself; `failed` was refused or
/// given up.
final class JdbcOutbox {
  /// Renewed with each part.
  static final Duration LEASE = Duration.ofSeconds(60);

  /// What sending a part may take at most, with its formatting and once more without.
  private static final Duration SENDING_MAX = Duration.ofSeconds(35);

  private final Jdbi jdbi;
  private final JdbcDeadLetters deadLetters;
  private final InstantSource clock;

  JdbcOutbox(Jdbi jdbi, JdbcDeadLetters deadLetters, InstantSource clock) {
    this.jdbi = jdbi;
    this.deadLetters = deadLetters;
    this.clock = clock;
  }

  /// A reply that was due when it was looked for.
  record Due(TeamId team, TurnId turn, BotId bot, String platform) {}

  /// The right to send the next part of a reply, until the lease ends or a later claim's fence is
  /// higher.
  ///
  /// @param leaseEndsNanos on the monotonic clock, which knows of it if the process was frozen
  /// @param isRepeated whether the part was sent twice already, by processes that broke off
  /// @param isDoubtful whether a part before it may have arrived or not
  /// @param attempts at this part, this one included
  record SendingClaim(
      TeamId team,
      TurnId turn,
      BotId bot,
      String platform,
      long fence,
      long leaseEndsNanos,
      boolean isRepeated,
      boolean isDoubtful,
      int partsSent,
      int attempts) {
    /// Whether a part that is sent now is sent before anybody else may claim it.
    boolean isSafe() {
      return leaseEndsNanos - System.nanoTime() > SENDING_MAX.toNanos();
    }
  }

  /// What is to be sent.
  record Reply(String channelId, Optional<String> replyTo, String endUserId, String text) {}

  /// How a reply ends.
  ///
  /// @param error for the owner; empty if it was sent
  record Outcome(String state, Optional<String> error) {
    static final Outcome SENT = new Outcome("sent", Optional.empty());

    static Outcome failed(String error) {
      return new Outcome("failed", Optional.of(error));
    }

    static Outcome unknown(String error) {
      return new Outcome("unknown", Optional.of(error));
    }
  }

  /// Replies that are due, the longest due first. Of each conversation the oldest only.
  ///
  /// @param heldBack bots to leave out
  List<Due> due(int rows, Collection<BotId> heldBack) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT o.team_id, o.turn_id, o.bot_id, o.platform
                FROM outbox o
                WHERE o.state IN ('pending', 'sending')
                  AND o.platform IN ('telegram', 'discord', 'slack', 'whatsapp')
                  AND o.next_attempt_at <= :now
                  AND o.lease_until <= :now
                  AND o.bot_id <> ALL(:held_back)
                  AND NOT EXISTS (
                    SELECT 1
                    FROM outbox e
                    WHERE e.team_id = o.team_id AND e.conversation_id = o.conversation_id
                      AND e.seq < o.seq AND e.state IN ('pending', 'sending'))
                ORDER BY o.next_attempt_at, o.created_at
                LIMIT :rows
                """)
            .bind("now", clock.instant())
            .bindArray("held_back", UUID.class, heldBack.stream().map(BotId::uuid).toList())
            .bind("rows", rows)
            .map((row, _) ->
                new Due(
                    new TeamId(row.getObject(1, UUID.class)),
                    new TurnId(row.getObject(2, UUID.class)),
                    new BotId(row.getObject(3, UUID.class)),
                    row.getString(4)))
            .list());
  }

  /// Takes a due reply; empty if somebody else has it, or it is not due any more.
  Optional<SendingClaim> claim(Due due) {
    long leaseEndsNanos = System.nanoTime() + LEASE.toNanos();
    var now = clock.instant();
    return jdbi.inTransaction(tx ->
        lock(tx, due, now)
            .flatMap(before ->
                tx.createQuery(
                        """
                        UPDATE outbox
                        SET state = 'sending', fence = fence + 1, attempts = attempts + 1,
                          lease_until = :lease,
                          repeated_part = CASE
                            WHEN state = 'sending' THEN parts_sent + 1
                            ELSE repeated_part
                          END
                        WHERE team_id = :team AND turn_id = :turn
                        RETURNING bot_id, platform, fence, is_doubtful, parts_sent, attempts
                        """)
                    .bind("team", due.team().uuid())
                    .bind("turn", due.turn().uuid())
                    .bind("lease", now.plus(LEASE))
                    .map((row, _) ->
                        claim(row, due.team(), due.turn(), leaseEndsNanos, before.isRepeated()))
                    .findOne()));
  }

  /// What a reply was before it was claimed.
  private record Before(boolean isRepeated) {}

  /// Empty if it is not due any more.
  private static Optional<Before> lock(Handle tx, Due due, Instant now) {
    return tx.createQuery(
            """
            SELECT state = 'sending' AND coalesce(repeated_part = parts_sent + 1, false)
            FROM outbox
            WHERE team_id = :team AND turn_id = :turn AND state IN ('pending', 'sending')
              AND next_attempt_at <= :now AND lease_until <= :now
            FOR UPDATE SKIP LOCKED
            """)
        .bind("team", due.team().uuid())
        .bind("turn", due.turn().uuid())
        .bind("now", now)
        .map((row, _) -> new Before(row.getBoolean(1)))
        .findOne();
  }

  /// Takes a reply again that rested, as the monotonic clock says; empty if somebody else has had
  /// it meanwhile.
  Optional<SendingClaim> reclaim(SendingClaim rested) {
    long leaseEndsNanos = System.nanoTime() + LEASE.toNanos();
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                UPDATE outbox
                SET state = 'sending', fence = fence + 1, attempts = attempts + 1,
                  lease_until = :lease
                WHERE team_id = :team AND turn_id = :turn AND state = 'pending' AND fence = :fence
                RETURNING bot_id, platform, fence, is_doubtful, parts_sent, attempts
                """)
            .bind("team", rested.team().uuid())
            .bind("turn", rested.turn().uuid())
            .bind("fence", rested.fence())
            .bind("lease", clock.instant().plus(LEASE))
            .map((row, _) -> claim(row, rested.team(), rested.turn(), leaseEndsNanos, false))
            .findOne());
  }

  private static SendingClaim claim(
      ResultSet row, TeamId team, TurnId turn, long leaseEndsNanos, boolean isRepeated)
      throws SQLException {
    return new SendingClaim(
        team,
        turn,
        new BotId(row.getObject("bot_id", UUID.class)),
        row.getString("platform"),
        row.getLong("fence"),
        leaseEndsNanos,
        isRepeated,
        row.getBoolean("is_doubtful"),
        row.getInt("parts_sent"),
        row.getInt("attempts"));
  }

  /// The reply and where it goes.
  Reply reply(SendingClaim claim) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT c.channel_id, t.reply_to, c.end_user_id, m.text
                FROM turn t
                JOIN conversation c ON c.team_id = :team AND c.conversation_id = t.conversation_id
                JOIN message m ON m.team_id = :team AND m.conversation_id = t.conversation_id
                  AND m.seq = t.seq AND m.direction = 'out'
                WHERE t.team_id = :team AND t.turn_id = :turn
                """)
            .bind("team", claim.team().uuid())
            .bind("turn", claim.turn().uuid())
            .map((row, _) ->
                new Reply(
                    row.getString(1),
                    Optional.ofNullable(row.getString(2)),
                    row.getString(3),
                    row.getString(4)))
            .one());
  }

  /// Notes that the platform has a part, or may have it, and gives the claim up until the next one.
  ///
  /// @return whether the claim was still the latest: if not, nothing was noted
  boolean notePart(
      SendingClaim claim, Optional<String> messageId, boolean isDoubtful, Instant nextAt) {
    return jdbi.withHandle(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE outbox
                    SET state = 'pending', parts_sent = parts_sent + 1, attempts = 0,
                      error = CASE WHEN platform_status = 'failed' THEN error END,
                      is_doubtful = is_doubtful OR :doubtful, next_attempt_at = :at,
                      lease_until = '-infinity',
                      platform_message_ids = platform_message_ids || :ids::text[]
                    WHERE team_id = :team AND turn_id = :turn AND fence = :fence
                      AND state = 'sending'
                    """)
                .bind("team", claim.team().uuid())
                .bind("turn", claim.turn().uuid())
                .bind("fence", claim.fence())
                .bind("doubtful", isDoubtful)
                .bind("at", nextAt)
                .bindArray("ids", String.class, messageId.stream().toList())
                .execute()
            == 1);
  }

  /// The reply is as far as it will go. Its next part is not sent.
  void end(SendingClaim claim, Outcome outcome) {
    end(claim, 0, Optional.empty(), outcome);
  }

  /// The reply is as far as it will go with the part that was sent now. What the platform reported
  /// as failed meanwhile stays so.
  void endWithPart(SendingClaim claim, Optional<String> messageId, Outcome outcome) {
    end(claim, 1, messageId, outcome);
  }

  private void end(SendingClaim claim, int parts, Optional<String> messageId, Outcome outcome) {
    var now = clock.instant();
    jdbi.useTransaction(tx -> {
      var state =
          tx.createQuery(
                  """
                  UPDATE outbox
                  SET lease_until = '-infinity',
                    state = CASE
                      WHEN :state = 'sent' AND platform_status = 'failed' THEN 'failed'
                      ELSE :state
                    END,
                    error = CASE
                      WHEN :state = 'sent' AND platform_status = 'failed' THEN error
                      ELSE :error
                    END,
                    parts_sent = parts_sent + :parts,
                    platform_message_ids = platform_message_ids || :ids::text[],
                    sent_at = CASE WHEN :state = 'sent' THEN :now ELSE sent_at END
                  WHERE team_id = :team AND turn_id = :turn AND fence = :fence
                    AND state = 'sending'
                  RETURNING state
                  """)
              .bind("team", claim.team().uuid())
              .bind("turn", claim.turn().uuid())
              .bind("fence", claim.fence())
              .bind("parts", parts)
              .bindArray("ids", String.class, messageId.stream().toList())
              .bind("state", outcome.state())
              .bindByType("error", outcome.error().orElse(null), String.class)
              .bind("now", now)
              .mapTo(String.class)
              .findOne();
      if (state.filter(ended -> !ended.equals("sent")).isPresent()) {
        deadLetters.tell(tx, claim.team(), claim.turn(), now);
      }
    });
  }

  /// The next part is tried again later.
  void retry(SendingClaim claim, Instant at, String error) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE outbox
                SET state = 'pending', next_attempt_at = :at, error = :error,
                  lease_until = '-infinity'
                WHERE team_id = :team AND turn_id = :turn AND fence = :fence AND state = 'sending'
                """)
            .bind("team", claim.team().uuid())
            .bind("turn", claim.turn().uuid())
            .bind("fence", claim.fence())
            .bind("at", at)
            .bind("error", error)
            .execute());
  }

  /// Gives the claim up: nothing was sent, and no attempt was made.
  ///
  /// @return whether the claim was still the latest
  boolean postpone(SendingClaim claim, Instant at) {
    return jdbi.withHandle(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE outbox
                    SET state = 'pending', next_attempt_at = :at, attempts = attempts - 1,
                      lease_until = '-infinity'
                    WHERE team_id = :team AND turn_id = :turn AND fence = :fence
                      AND state = 'sending'
                    """)
                .bind("team", claim.team().uuid())
                .bind("turn", claim.turn().uuid())
                .bind("fence", claim.fence())
                .bind("at", at)
                .execute()
            == 1);
  }

  /// Lets others take the reply at once. Its part may be on its way, so that they find it as if
  /// this process had died.
  void abandon(SendingClaim claim) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE outbox
                SET lease_until = '-infinity'
                WHERE team_id = :team AND turn_id = :turn AND fence = :fence AND state = 'sending'
                """)
            .bind("team", claim.team().uuid())
            .bind("turn", claim.turn().uuid())
            .bind("fence", claim.fence())
            .execute());
  }
}
