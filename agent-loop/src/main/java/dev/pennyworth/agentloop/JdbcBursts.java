package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TurnId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Messages that arrived while a turn of their conversation ran, and are answered together.
final class JdbcBursts {
  JdbcBursts() {}

  private record Waiting(TurnId turn, String text, boolean isToldANotice) {
    boolean hasItsOwnAnswer() {
      return isToldANotice || Command.of(text).isPresent();
    }
  }

  /// Lets one waiting turn of the claimed conversation answer for those before it: their messages
  /// are in its context. A turn that has begun is left alone, and so is one that was parked. What
  /// is asked of the bot itself has its own answer, and nothing is merged across it.
  ///
  /// @param messagesMax that the model sees
  /// @return those that are answered with it
  List<TurnId> merge(Handle tx, Claim claim, int messagesMax, Instant now) {
    var burst =
        waiting(tx, claim, messagesMax).stream()
            .takeWhile(one -> !one.hasItsOwnAnswer())
            .map(Waiting::turn)
            .toList();
    if (burst.size() < 2) {
      return List.of();
    }
    var merged = burst.subList(0, burst.size() - 1);
    end(tx, claim, merged, burst.getLast(), now);
    insertCallbacks(tx, claim, merged, now);
    return merged;
  }

  private static List<Waiting> waiting(Handle tx, Claim claim, int rowsMax) {
    return tx.createQuery(
            """
            SELECT t.turn_id, m.text, t.notice IS NOT NULL
            FROM turn t
            JOIN message m ON m.team_id = :team AND m.conversation_id = t.conversation_id
              AND m.seq = t.seq AND m.direction = 'in'
            WHERE t.team_id = :team AND t.conversation_id = :conversation AND t.status = 'queued'
              AND NOT EXISTS (
                SELECT 1
                FROM turn b
                LEFT JOIN step s ON s.team_id = :team AND s.turn_id = b.turn_id
                WHERE b.team_id = :team AND b.conversation_id = :conversation
                  AND b.status IN ('queued', 'parked')
                  AND (s.turn_id IS NOT NULL OR b.parked_at IS NOT NULL))
            ORDER BY t.seq
            LIMIT :rows
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("rows", rowsMax)
        .map((row, _) ->
            new Waiting(
                new TurnId(row.getObject(1, UUID.class)), row.getString(2), row.getBoolean(3)))
        .list();
  }

  private static void end(Handle tx, Claim claim, List<TurnId> merged, TurnId into, Instant now) {
    tx.createUpdate(
            """
            UPDATE turn
            SET status = 'done', stop_reason = 'completed', finished_at = :now,
              latency_millis = 0, merged_into = :into
            WHERE team_id = :team AND turn_id = ANY(:turns)
            """)
        .bind("team", claim.team().uuid())
        .bindArray("turns", UUID.class, merged.stream().map(TurnId::uuid).toList())
        .bind("into", into.uuid())
        .bind("now", now)
        .execute();
  }

  /// Who sent a merged message hears that it was answered together with another one.
  private static void insertCallbacks(Handle tx, Claim claim, List<TurnId> turns, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO callback (team_id, turn_id, url, created_at, next_attempt_at)
            SELECT team_id, turn_id, callback_url, :now, :now
            FROM turn
            WHERE team_id = :team AND turn_id = ANY(:turns) AND callback_url IS NOT NULL
            """)
        .bind("team", claim.team().uuid())
        .bindArray("turns", UUID.class, turns.stream().map(TurnId::uuid).toList())
        .bind("now", now)
        .execute();
  }
}
