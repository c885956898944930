package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The replies that wait to go out to platforms: who may send the next one of a conversation, how
/// far it got, and what came of it. Shared by all nodes; a claim whose node died runs out with its
/// lease.
///
/// States: `pending` waits for its first or next attempt; `sending` is claimed; `sent`; `unknown`
/// may have arrived or not, and is never sent again by itself; `failed` was refused or given up.
final class JdbcOutbox {
  /// Long enough for all parts of a long reply at the pace of a chat.
  static final Duration LEASE = Duration.ofSeconds(90);

  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcOutbox(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// A reply that was due when it was looked for.
  record Due(TeamId team, TurnId turn, BotId bot) {}

  /// The right to send a reply, until the lease ends or a later claim's fence is higher.
  ///
  /// @param wasSending whether an earlier claim broke off while it sent
  /// @param attempts at the part that is next, this one included
  record SendingClaim(
      TeamId team,
      TurnId turn,
      BotId bot,
      String platform,
      long fence,
      boolean wasSending,
      boolean isDoubtful,
      int partsSent,
      int attempts) {}

  /// What is to be sent.
  record Reply(String channelId, Optional<String> replyTo, String endUserId, String text) {}

  /// Replies that are due, the longest due first. Of each conversation the oldest only.
  ///
  /// @param busy bots to leave out
  List<Due> due(int rows, Collection<BotId> busy) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT o.team_id, o.turn_id, o.bot_id
                FROM outbox o
                WHERE o.state IN ('pending', 'sending')
                  AND o.platform IN ('telegram', 'discord', 'slack', 'whatsapp')
                  AND o.next_attempt_at <= :now
                  AND o.lease_until <= :now
                  AND o.bot_id <> ALL(:busy)
                  AND NOT EXISTS (
                    SELECT 1
                    FROM outbox e
                    WHERE e.team_id = o.team_id AND e.conversation_id = o.conversation_id
                      AND e.seq < o.seq AND e.state IN ('pending', 'sending'))
                ORDER BY o.next_attempt_at, o.created_at
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

  /// Takes a due reply; empty if somebody else has it, or it is not due any more.
  Optional<SendingClaim> claim(Due due) {
    var now = clock.instant();
    return jdbi.inTransaction(tx ->
        lock(tx, due, now)
            .flatMap(wasSending ->
                tx.createQuery(
                        """
                        UPDATE outbox
                        SET state = 'sending', fence = fence + 1, attempts = attempts + 1,
                          lease_until = :lease
                        WHERE team_id = :team AND turn_id = :turn
                        RETURNING platform, fence, is_doubtful, parts_sent, attempts
                        """)
                    .bind("team", due.team().uuid())
                    .bind("turn", due.turn().uuid())
                    .bind("lease", now.plus(LEASE))
                    .map((row, _) ->
                        new SendingClaim(
                            due.team(),
                            due.turn(),
                            due.bot(),
                            row.getString(1),
                            row.getLong(2),
                            wasSending,
                            row.getBoolean(3),
                            row.getInt(4),
                            row.getInt(5)))
                    .findOne()));
  }

  /// Whether it was being sent; empty if it is not due any more.
  private static Optional<Boolean> lock(Handle tx, Due due, Instant now) {
    return tx.createQuery(
            """
            SELECT state = 'sending'
            FROM outbox
            WHERE team_id = :team AND turn_id = :turn AND state IN ('pending', 'sending')
              AND next_attempt_at <= :now AND lease_until <= :now
            FOR UPDATE SKIP LOCKED
            """)
        .bind("team", due.team().uuid())
        .bind("turn", due.turn().uuid())
        .bind("now", now)
        .mapTo(Boolean.class)
        .findOne();
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

  /// Notes that the platform has a part, or may have it.
  ///
  /// @return whether the claim is still the latest: if not, nothing more may be sent
  boolean notePart(SendingClaim claim, Optional<String> messageId, boolean isDoubtful) {
    return jdbi.withHandle(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE outbox
                    SET parts_sent = parts_sent + 1, attempts = 0,
                      is_doubtful = is_doubtful OR :doubtful,
                      platform_message_ids = platform_message_ids || :ids::text[]
                    WHERE team_id = :team AND turn_id = :turn AND fence = :fence
                      AND state = 'sending'
                    """)
                .bind("team", claim.team().uuid())
                .bind("turn", claim.turn().uuid())
                .bind("fence", claim.fence())
                .bind("doubtful", isDoubtful)
                .bindArray("ids", String.class, messageId.stream().toList())
                .execute()
            == 1);
  }

  /// The reply is as far as it will go: all its parts are out, or one was refused. What the
  /// platform reported as failed meanwhile stays so.
  ///
  /// @param state `sent`, `unknown` or `failed`
  void end(SendingClaim claim, String state, Optional<String> error) {
    var now = clock.instant();
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
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
                  sent_at = CASE WHEN :state = 'sent' THEN :now ELSE sent_at END
                WHERE team_id = :team AND turn_id = :turn AND fence = :fence AND state = 'sending'
                """)
            .bind("team", claim.team().uuid())
            .bind("turn", claim.turn().uuid())
            .bind("fence", claim.fence())
            .bind("state", state)
            .bindByType("error", error.orElse(null), String.class)
            .bind("now", now)
            .execute());
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
}
