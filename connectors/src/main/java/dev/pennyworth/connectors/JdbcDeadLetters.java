package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.Event;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Replies that did not arrive, or perhaps did not: what their owners are told.
public final class JdbcDeadLetters {
  /// Owners get an e-mail about the first of a bot in this time.
  private static final Duration BETWEEN_MAILS = Duration.ofDays(1);

  private static final Duration LATEST_AGE_MAX = Duration.ofDays(1);
  private static final int LATEST_MAX = 3;

  private final JdbcEvents events;

  JdbcDeadLetters(JdbcEvents events) {
    this.events = events;
  }

  /// A reply that ended without having been sent for certain.
  private record Letter(
      BotId bot, ConversationId conversation, String platform, String state, String problem) {}

  /// A failed reply of a bot.
  ///
  /// @param error for the owner
  public record Failed(TurnId turn, String state, String error, Instant at) {}

  /// Tells the owner of a reply that the caller has just ended as `failed` or `unknown`. Once for
  /// each; joins the caller's transaction.
  public void tell(Handle tx, TeamId team, TurnId turn, Instant now) {
    var letter =
        tx.createQuery(
                """
                UPDATE outbox
                SET failed_at = :now
                WHERE team_id = :team AND turn_id = :turn
                RETURNING bot_id, conversation_id, platform, state, coalesce(error, '')
                """)
            .bind("now", now)
            .bind("team", team.uuid())
            .bind("turn", turn.uuid())
            .map((row, _) ->
                new Letter(
                    new BotId(row.getObject(1, UUID.class)),
                    new ConversationId(row.getObject(2, UUID.class)),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5)))
            .one();
    events.append(
        tx,
        team,
        new Event(
            EventType.REPLY_FAILED,
            "reply.failed/" + turn,
            Map.of(
                "bot_id", letter.bot().toString(),
                "conversation_id", letter.conversation().toString(),
                "turn_id", turn.toString(),
                "platform", letter.platform(),
                "state", letter.state(),
                "problem", letter.problem(),
                "by_mail", isFirst(tx, team, letter.bot(), turn, now))));
  }

  /// Of two at once, one is the first.
  private static boolean isFirst(Handle tx, TeamId team, BotId bot, TurnId turn, Instant now) {
    tx.createQuery("SELECT pg_advisory_xact_lock(hashtextextended(:bot, 0))")
        .bind("bot", bot.toString())
        .mapToMap()
        .list();
    return tx.createQuery(
            """
            SELECT 1
            FROM outbox
            WHERE team_id = :team AND bot_id = :bot AND failed_at > :since AND turn_id <> :turn
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("since", now.minus(BETWEEN_MAILS))
        .bind("turn", turn.uuid())
        .mapTo(Integer.class)
        .findOne()
        .isEmpty();
  }

  /// The latest of the last day, newest first.
  public List<Failed> latest(Handle handle, TeamId team, BotId bot, Instant now) {
    return handle
        .createQuery(
            """
            SELECT turn_id, state, coalesce(error, ''), failed_at
            FROM outbox
            WHERE team_id = :team AND bot_id = :bot AND failed_at > :since
            ORDER BY failed_at DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("since", now.minus(LATEST_AGE_MAX))
        .bind("rows", LATEST_MAX)
        .map((row, _) ->
            new Failed(
                new TurnId(row.getObject(1, UUID.class)),
                row.getString(2),
                row.getString(3),
                row.getTimestamp(4).toInstant()))
        .list();
  }
}
