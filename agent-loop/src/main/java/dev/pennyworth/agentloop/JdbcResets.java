package dev.pennyworth.agentloop;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/// Ends a conversation because its end user wants that. What he wrote after it, and waits already,
/// is the beginning of the next one: so it is answered in order, and with nothing remembered.
final class JdbcResets {
  private final Supplier<UUID> ids;

  JdbcResets(Supplier<UUID> ids) {
    this.ids = ids;
  }

  /// Ends the claimed conversation with a turn of it. Joins the caller's transaction, which holds
  /// the claim. One that has ended already, because it was quiet for long, is left as it is.
  void reset(Handle tx, Claim claim, long seq, Instant now) {
    if (close(tx, claim, now) && isAnyAfter(tx, claim, seq)) {
      var next = ids.get();
      open(tx, claim, next, now);
      int moved = moveTurns(tx, claim, seq, next);
      moveMessages(tx, claim, seq, next);
      count(tx, claim, next, moved);
    }
  }

  private static boolean close(Handle tx, Claim claim, Instant now) {
    return tx.createUpdate(
                """
                UPDATE conversation
                SET ended_at = :now
                WHERE team_id = :team AND conversation_id = :conversation AND ended_at IS NULL
                """)
            .bind("team", claim.team().uuid())
            .bind("conversation", claim.conversation().uuid())
            .bind("now", now)
            .execute()
        == 1;
  }

  private static boolean isAnyAfter(Handle tx, Claim claim, long seq) {
    return tx.createQuery(
            """
            SELECT 1
            FROM turn
            WHERE team_id = :team AND conversation_id = :conversation AND status = 'queued'
              AND seq > :seq
            LIMIT 1
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", seq)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static void open(Handle tx, Claim claim, UUID next, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO conversation
              (team_id, conversation_id, bot_id, platform, channel_id, end_user_id, end_user_name,
               started_at, last_message_at, next_seq, ready_at)
            SELECT team_id, :next, bot_id, platform, channel_id, end_user_id, end_user_name,
              :now, :now, next_seq, :now
            FROM conversation
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("next", next)
        .bind("now", now)
        .execute();
  }

  private static int moveTurns(Handle tx, Claim claim, long seq, UUID next) {
    return tx.createUpdate(
            """
            UPDATE turn
            SET conversation_id = :next
            WHERE team_id = :team AND conversation_id = :conversation AND status = 'queued'
              AND seq > :seq
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", seq)
        .bind("next", next)
        .execute();
  }

  private static void moveMessages(Handle tx, Claim claim, long seq, UUID next) {
    tx.createUpdate(
            """
            UPDATE message
            SET conversation_id = :next
            WHERE team_id = :team AND conversation_id = :conversation AND seq > :seq
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", seq)
        .bind("next", next)
        .execute();
  }

  private static void count(Handle tx, Claim claim, UUID next, int moved) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET pending = CASE WHEN conversation_id = :next
              THEN :moved ELSE pending - :moved END
            WHERE team_id = :team AND conversation_id IN (:conversation, :next)
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("next", next)
        .bind("moved", moved)
        .execute();
  }
}
