package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Turns and the messages that begin and end them.
final class JdbcTurns {
  JdbcTurns() {}

  /// A turn that waits for its answer.
  record Waiting(
      TurnId id,
      long seq,
      String platform,
      LocalDate eventDay,
      Instant acceptedAt,
      String text,
      Optional<SuppliedContext> supplied,
      Optional<String> callbackUrl) {
    /// The bot as this turn has it.
    BotSettings fitted(BotSettings bot) {
      return supplied.map(context -> context.applyTo(bot)).orElse(bot);
    }
  }

  /// The oldest unanswered turn of the claimed conversation.
  Optional<Waiting> next(Handle handle, Claim claim) {
    return handle
        .createQuery(
            """
            SELECT t.turn_id, t.seq, t.platform, t.event_day, t.accepted_at, m.text,
              t.supplied, t.callback_url
            FROM turn t
            JOIN message m ON m.team_id = :team AND m.conversation_id = t.conversation_id
              AND m.seq = t.seq AND m.direction = 'in'
            WHERE t.team_id = :team AND t.conversation_id = :conversation AND t.status = 'queued'
            ORDER BY t.seq
            LIMIT 1
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .map((row, _) ->
            new Waiting(
                new TurnId(row.getObject(1, UUID.class)),
                row.getLong(2),
                row.getString(3),
                row.getObject(4, LocalDate.class),
                row.getTimestamp(5).toInstant(),
                row.getString(6),
                Optional.ofNullable(row.getString(7)).map(SuppliedJson::read),
                Optional.ofNullable(row.getString(8))))
        .findOne();
  }

  /// The last messages before a turn, oldest first.
  List<ChatMessage> history(Handle handle, Claim claim, Waiting turn, int messagesMax) {
    return turn.supplied()
        .map(supplied -> supplied.history(messagesMax))
        .orElseGet(() -> stored(handle, claim, turn, messagesMax));
  }

  private static List<ChatMessage> stored(
      Handle handle, Claim claim, Waiting turn, int messagesMax) {
    var newestFirst =
        handle
            .createQuery(
                """
                SELECT direction, text
                FROM message
                WHERE team_id = :team AND conversation_id = :conversation AND seq < :seq
                ORDER BY seq DESC, direction DESC
                LIMIT :rows
                """)
            .bind("team", claim.team().uuid())
            .bind("conversation", claim.conversation().uuid())
            .bind("seq", turn.seq())
            .bind("rows", messagesMax)
            .map((row, _) ->
                row.getString(1).equals("in")
                    ? (ChatMessage) new ChatMessage.User(row.getString(2))
                    : new ChatMessage.Assistant(row.getString(2), List.of()))
            .list();
    return newestFirst.reversed();
  }

  /// Ends a turn with its reply, which waits in the outbox from then on.
  void end(Handle tx, Claim claim, Waiting turn, Ending ending, String reply, Instant now) {
    tx.createUpdate(
            """
            UPDATE turn
            SET status = :status,
              stop_reason = :reason,
              refusal = :refusal::jsonb,
              problem = :problem,
              finished_at = :now,
              latency_millis = :latency
            WHERE team_id = :team AND turn_id = :turn AND status = 'queued'
            """)
        .bind("team", claim.team().uuid())
        .bind("turn", turn.id().uuid())
        .bind("status", ending.reason() == StopReason.PROVIDER_ERROR ? "failed" : "done")
        .bind("reason", ending.reason().word())
        .bindByType("refusal", ending.refusal().map(StoredJson::refusal).orElse(null), String.class)
        .bindByType("problem", ending.problem().map(CleanText::of).orElse(null), String.class)
        .bind("now", now)
        .bind("latency", now.toEpochMilli() - turn.acceptedAt().toEpochMilli())
        .execute();
    insertReply(tx, claim, turn, reply, now);
    insertOutbox(tx, claim, turn, now);
    turn.callbackUrl().ifPresent(url -> insertCallback(tx, claim, turn, url, now));
  }

  private static void insertReply(Handle tx, Claim claim, Waiting turn, String reply, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO message
              (team_id, message_id, bot_id, conversation_id, turn_id, seq, direction, text,
               created_at)
            VALUES
              (:team, :message, :bot, :conversation, :turn, :seq, 'out', :text, :now)
            """)
        .bind("team", claim.team().uuid())
        .bind("message", TypedIds.of("message", "out", turn.id().toString()))
        .bind("bot", claim.bot().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("turn", turn.id().uuid())
        .bind("seq", turn.seq())
        .bind("text", CleanText.of(reply))
        .bind("now", now)
        .execute();
  }

  private static void insertOutbox(Handle tx, Claim claim, Waiting turn, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO outbox
              (team_id, turn_id, bot_id, conversation_id, seq, platform, state, created_at)
            VALUES
              (:team, :turn, :bot, :conversation, :seq, :platform, 'pending', :now)
            """)
        .bind("team", claim.team().uuid())
        .bind("turn", turn.id().uuid())
        .bind("bot", claim.bot().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", turn.seq())
        .bind("platform", turn.platform())
        .bind("now", now)
        .execute();
  }

  private static void insertCallback(
      Handle tx, Claim claim, Waiting turn, String url, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO callback (team_id, turn_id, url, created_at, next_attempt_at)
            VALUES (:team, :turn, :url, :now, :now)
            """)
        .bind("team", claim.team().uuid())
        .bind("turn", turn.id().uuid())
        .bind("url", url)
        .bind("now", now)
        .execute();
  }
}
