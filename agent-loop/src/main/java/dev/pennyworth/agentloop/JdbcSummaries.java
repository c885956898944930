package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// What a conversation's turns may remember: the summary, and the messages after it.
final class JdbcSummaries {
  /// More than a window and what one summary takes in. Older ones are forgotten.
  private static final int MESSAGES_READ_MAX = 500;

  JdbcSummaries() {}

  /// @param text empty for no summary
  /// @param upToSeq the last turn that is in it; 0 for none
  record Summary(String text, long upToSeq) {
    static final Summary NONE = new Summary("", 0);
  }

  Summary find(Handle handle, Claim claim) {
    return handle
        .createQuery(
            """
            SELECT text, up_to_seq
            FROM conversation_summary
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .map((row, _) -> new Summary(row.getString(1), row.getLong(2)))
        .findOne()
        .orElse(Summary.NONE);
  }

  /// The messages after the summary and before a turn, oldest first. Those that no model could read
  /// are left out, with what was said to them.
  List<Folding.Placed> messages(Handle handle, Claim claim, Summary summary, long beforeSeq) {
    return handle
        .createQuery(
            """
            SELECT m.seq, m.direction, m.text
            FROM message m
            WHERE m.team_id = :team AND m.conversation_id = :conversation
              AND m.seq > :after AND m.seq < :before
              AND NOT EXISTS (
                SELECT 1
                FROM turn t
                WHERE t.team_id = :team AND t.turn_id = m.turn_id AND t.notice IS NOT NULL)
            ORDER BY m.seq DESC, m.direction DESC
            LIMIT :rows
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("after", summary.upToSeq())
        .bind("before", beforeSeq)
        .bind("rows", MESSAGES_READ_MAX)
        .map((row, _) ->
            new Folding.Placed(row.getLong(1), message(row.getString(2), row.getString(3))))
        .list()
        .reversed();
  }

  private static ChatMessage message(String direction, String text) {
    return direction.equals("in")
        ? new ChatMessage.User(text)
        : new ChatMessage.Assistant(text, List.of());
  }

  /// Replaces the summary. A turn that was overtaken cannot set it back: it has lost its claim.
  void store(Handle tx, Claim claim, String text, long upToSeq, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO conversation_summary
              (team_id, conversation_id, up_to_seq, text, updated_at)
            VALUES (:team, :conversation, :seq, :text, :now)
            ON CONFLICT (team_id, conversation_id) DO UPDATE
            SET up_to_seq = excluded.up_to_seq,
              text = excluded.text,
              updated_at = excluded.updated_at
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", upToSeq)
        .bind("text", CleanText.of(text))
        .bind("now", now)
        .execute();
  }
}
