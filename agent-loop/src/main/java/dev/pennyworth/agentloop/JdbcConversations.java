package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The queue of conversations that have something to answer, and who works on which.
final class JdbcConversations {
  /// The longest turn, and 15 s for its commits.
  private static final Duration LEASE = Duration.ofSeconds(60 + 15);

  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcConversations(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Takes the conversation that has been ready for longest and that nobody works on.
  Optional<Claim> claimNext(UUID node) {
    var now = clock.instant();
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                -- claim: differs on Citus
                UPDATE conversation
                SET fence = fence + 1, owner = :node, attempts = attempts + 1, lease_until = :lease
                WHERE (team_id, conversation_id) = (
                  SELECT team_id, conversation_id
                  FROM conversation
                  WHERE pending > 0 AND ready_at <= :now AND lease_until <= :now
                  ORDER BY ready_at
                  LIMIT 1
                  FOR UPDATE SKIP LOCKED)
                RETURNING team_id, bot_id, conversation_id, end_user_id, fence, attempts
                """)
            .bind("node", node)
            .bind("now", now)
            .bind("lease", now.plus(LEASE))
            .map((row, _) ->
                new Claim(
                    new TeamId(row.getObject(1, UUID.class)),
                    new BotId(row.getObject(2, UUID.class)),
                    new ConversationId(row.getObject(3, UUID.class)),
                    row.getString(4),
                    row.getLong(5),
                    row.getInt(6)))
            .findOne());
  }

  /// Locks the claimed conversation for the rest of the transaction.
  ///
  /// @throws ClaimLost if the claim is not the latest any more
  void requireClaim(Handle tx, Claim claim) {
    var found =
        tx.createQuery(
                """
                SELECT 1
                FROM conversation
                WHERE team_id = :team AND conversation_id = :conversation AND fence = :fence
                FOR UPDATE
                """)
            .bind("team", claim.team().uuid())
            .bind("conversation", claim.conversation().uuid())
            .bind("fence", claim.fence())
            .mapTo(Integer.class)
            .findOne();
    if (found.isEmpty()) {
      throw new ClaimLost(claim);
    }
  }

  /// Turns are over that nobody works on any more; the claim goes on with another one.
  void consumeMerged(Handle tx, Claim claim, int turns) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET pending = pending - :turns
            WHERE team_id = :team AND conversation_id = :conversation AND fence = :fence
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("fence", claim.fence())
        .bind("turns", turns)
        .execute();
  }

  /// One turn is over: frees the conversation for its next one.
  void consumeTurn(Handle tx, Claim claim, Instant now) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET pending = pending - 1,
              attempts = 0,
              last_message_at = :now,
              ready_at = :now,
              lease_until = '-infinity'
            WHERE team_id = :team AND conversation_id = :conversation AND fence = :fence
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("fence", claim.fence())
        .bind("now", now)
        .execute();
  }

  /// Gives an unfinished turn back, to be tried again after a while.
  ///
  /// @param isForgiven whether this claim does not count as a try, because the turn had no part in
  ///   its failure
  void giveBack(Claim claim, Duration after, boolean isForgiven) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE conversation
                SET ready_at = :ready,
                  lease_until = '-infinity',
                  attempts = greatest(0, attempts - :forgiven)
                WHERE team_id = :team AND conversation_id = :conversation AND fence = :fence
                """)
            .bind("team", claim.team().uuid())
            .bind("conversation", claim.conversation().uuid())
            .bind("fence", claim.fence())
            .bind("forgiven", isForgiven ? 1 : 0)
            .bind("ready", clock.instant().plus(after))
            .execute());
  }
}
