package dev.pennyworth.agentloop;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Turns and the messages that begin and end them.
final class JdbcTurns {
  JdbcTurns() {}

  /// A turn that waits for its answer.
  ///
  /// @param resumedAt when it last went on after it was parked
  /// @param parkedAt when it was parked for the first time
  /// @param approvedStep the owner approved of this step
  /// @param approvedAmount if it costs no more than this
  /// @param isGivenUp whether the owner wants it to end
  /// @param parkedBy the limit that it was parked at last; empty if it waited for the owner
  /// @param notice what it is told without a model
  record Waiting(
      TurnId id,
      long seq,
      String platform,
      LocalDate eventDay,
      Instant acceptedAt,
      Optional<Instant> resumedAt,
      Optional<Instant> parkedAt,
      int approvedStep,
      NanoUsd approvedAmount,
      boolean isGivenUp,
      Optional<Refusal> parkedBy,
      String text,
      Optional<SuppliedContext> supplied,
      Optional<String> callbackUrl,
      Optional<String> notice) {

    /// What it asks of the bot itself, past its model. A caller that brings the conversation along
    /// asks the model only.
    Optional<Command> command() {
      return supplied.isPresent() ? Optional.empty() : Command.of(text);
    }

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
            SELECT t.turn_id, t.seq, t.platform, t.event_day, t.accepted_at, t.resumed_at,
              t.parked_at, t.approved_step, t.approved_nanos, t.is_given_up, t.refusal, m.text,
              t.supplied, t.callback_url, t.notice
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
                new TurnId(row.getObject("turn_id", UUID.class)),
                row.getLong("seq"),
                row.getString("platform"),
                row.getObject("event_day", LocalDate.class),
                row.getTimestamp("accepted_at").toInstant(),
                Optional.ofNullable(row.getTimestamp("resumed_at")).map(Timestamp::toInstant),
                Optional.ofNullable(row.getTimestamp("parked_at")).map(Timestamp::toInstant),
                row.getInt("approved_step"),
                new NanoUsd(row.getLong("approved_nanos")),
                row.getBoolean("is_given_up"),
                Optional.ofNullable(row.getString("refusal")).map(StoredJson::refusal),
                row.getString("text"),
                Optional.ofNullable(row.getString("supplied")).map(SuppliedJson::read),
                Optional.ofNullable(row.getString("callback_url")),
                Optional.ofNullable(row.getString("notice"))))
        .findOne();
  }

  /// Whether nobody has heard of this end user before on this platform.
  boolean isFirstContact(Handle handle, Claim claim, Waiting turn) {
    return handle
        .createQuery(
            """
            SELECT 1
            FROM conversation c
            JOIN conversation o ON o.team_id = :team AND o.bot_id = c.bot_id
              AND o.end_user_id = c.end_user_id AND o.platform = c.platform
              AND (o.started_at, o.conversation_id) < (c.started_at, c.conversation_id)
            WHERE c.team_id = :team AND c.conversation_id = :conversation
            UNION ALL
            SELECT 1
            FROM turn
            WHERE team_id = :team AND conversation_id = :conversation AND seq < :seq
              AND merged_into IS DISTINCT FROM :turn
            LIMIT 1
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", turn.seq())
        .bind("turn", turn.id().uuid())
        .mapTo(Integer.class)
        .findOne()
        .isEmpty();
  }

  /// What a conversation's turns have cost until now, at list price.
  NanoUsd conversationCost(Handle handle, Claim claim) {
    return new NanoUsd(
        handle
            .createQuery(
                """
                SELECT coalesce(sum(s.cost_nanos), 0)
                FROM turn t
                JOIN step s ON s.team_id = :team AND s.turn_id = t.turn_id
                WHERE t.team_id = :team AND t.conversation_id = :conversation
                """)
            .bind("team", claim.team().uuid())
            .bind("conversation", claim.conversation().uuid())
            .mapTo(Long.class)
            .one());
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
        .bind(
            "latency", Duration.between(turn.resumedAt().orElse(turn.acceptedAt()), now).toMillis())
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
