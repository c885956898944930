package dev.pennyworth.agentloop;

import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Where messages are accepted: one commit deduplicates, counts against the rate limits, finds the
/// conversation and queues the turn. What is not committed was not acknowledged.
public final class JdbcInbox {
  private final Jdbi jdbi;
  private final JdbcRates rates;
  private final JdbcRollups rollups;
  private final WorkSignal signal;
  private final InstantSource clock;
  private final Supplier<UUID> ids;
  private final JdbcAcceptPlaces places = new JdbcAcceptPlaces();

  JdbcInbox(
      Jdbi jdbi,
      JdbcRates rates,
      JdbcRollups rollups,
      WorkSignal signal,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.rates = rates;
    this.rollups = rollups;
    this.signal = signal;
    this.clock = clock;
    this.ids = ids;
  }

  /// Accepts a verified message, once per platform event. Safe to repeat.
  ///
  /// @param limits each counts the message; the first that is reached refuses it
  public Acceptance accept(InboundMessage message, BotSettings bot, List<RateLimit> limits) {
    var acceptance =
        places.take(
            message.bot(), () -> jdbi.inTransaction(tx -> accept(tx, message, bot, limits)));
    if (acceptance instanceof Acceptance.Accepted) {
      signal.raise();
    }
    return acceptance;
  }

  /// Which of these limits leaves least just now; empty if there are none. Counts nothing.
  public Optional<RateState> look(TeamId team, List<RateLimit> limits) {
    return tightest(
        jdbi.withHandle(
            handle -> limits.stream().map(limit -> rates.look(handle, team, limit)).toList()));
  }

  private static Optional<RateState> tightest(List<RateState> states) {
    return states.stream().min(Comparator.comparingInt(RateState::remaining));
  }

  private Acceptance accept(
      Handle tx, InboundMessage message, BotSettings bot, List<RateLimit> limits) {
    var turn = message.turnId();
    if (isKnown(tx, message.team(), turn)) {
      return new Acceptance.Duplicate(turn);
    }
    var states = limits.stream().map(limit -> rates.take(tx, message.team(), limit)).toList();
    var refusal = states.stream().filter(state -> !state.isAllowed()).findFirst();
    if (refusal.isPresent()) {
      // Waiting for the count's row may have let the same event in: then this is a duplicate.
      boolean isKnown = isKnown(tx, message.team(), turn);
      tx.rollback();
      return isKnown ? new Acceptance.Duplicate(turn) : new Acceptance.RateLimited(refusal.get());
    }
    if (!queue(tx, message, bot)) {
      tx.rollback();
      return new Acceptance.Duplicate(turn);
    }
    return new Acceptance.Accepted(turn, tightest(states));
  }

  private boolean queue(Handle tx, InboundMessage message, BotSettings bot) {
    var now = clock.instant();
    var conversation = currentConversation(tx, message, bot.conversationTtl(), now);
    if (!insertTurn(tx, message, bot, conversation, now)) {
      return false;
    }
    insertMessage(tx, message, conversation, now);
    advance(tx, message, conversation, now);
    rollups.addReceived(
        tx,
        message.team(),
        message.bot(),
        now.atZone(bot.zone()).toLocalDate(),
        message.platform() + "/" + message.endUserId());
    return true;
  }

  private static boolean isKnown(Handle tx, TeamId team, TurnId turn) {
    return tx.createQuery(
            """
            SELECT 1
            FROM turn
            WHERE team_id = :team AND turn_id = :turn
            """)
        .bind("team", team.uuid())
        .bind("turn", turn.uuid())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private record Current(ConversationId id, long nextSeq, Instant lastMessageAt, int pending) {
    boolean hasEnded(Instant now, Duration ttl) {
      return pending == 0 && !lastMessageAt.plus(ttl).isAfter(now);
    }
  }

  /// The end user's conversation, locked; a new one if there is none or the last one went quiet.
  /// Who supplies a conversation gets one that is nobody's current one, and so waits for no other.
  private Current currentConversation(
      Handle tx, InboundMessage message, Duration ttl, Instant now) {
    if (message.supplied().isPresent()) {
      return new Current(startConversation(tx, message, now, Optional.of(now)), 1, now, 0);
    }
    var found = lockCurrent(tx, message);
    if (found.isPresent() && !found.get().hasEnded(now, ttl)) {
      return found.get();
    }
    found.ifPresent(current -> end(tx, message.team(), current.id(), now));
    startConversation(tx, message, now, Optional.empty());
    return lockCurrent(tx, message).orElseThrow();
  }

  private static Optional<Current> lockCurrent(Handle tx, InboundMessage message) {
    return tx.createQuery(
            """
            SELECT conversation_id, next_seq, last_message_at, pending
            FROM conversation
            WHERE team_id = :team AND bot_id = :bot AND platform = :platform
              AND channel_id = :channel AND end_user_id = :end_user AND ended_at IS NULL
            FOR UPDATE
            """)
        .bind("team", message.team().uuid())
        .bind("bot", message.bot().uuid())
        .bind("platform", message.platform())
        .bind("channel", message.channelId())
        .bind("end_user", message.endUserId())
        .map((row, _) ->
            new Current(
                new ConversationId(row.getObject(1, UUID.class)),
                row.getLong(2),
                row.getTimestamp(3).toInstant(),
                row.getInt(4)))
        .findOne();
  }

  private static void end(Handle tx, TeamId team, ConversationId conversation, Instant now) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET ended_at = :now
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation.uuid())
        .bind("now", now)
        .execute();
  }

  /// @param endedAt empty for one that goes on: then there may be one already, which is kept
  private ConversationId startConversation(
      Handle tx, InboundMessage message, Instant now, Optional<Instant> endedAt) {
    var id = new ConversationId(ids.get());
    tx.createUpdate(
            """
            INSERT INTO conversation
              (team_id, conversation_id, bot_id, platform, channel_id, end_user_id, end_user_name,
               started_at, last_message_at, ended_at, ready_at)
            VALUES
              (:team, :conversation, :bot, :platform, :channel, :end_user, :name, :now, :now, :ended,
               :now)
            ON CONFLICT (team_id, bot_id, platform, channel_id, end_user_id)
              WHERE ended_at IS NULL
              DO NOTHING
            """)
        .bind("team", message.team().uuid())
        .bind("conversation", id.uuid())
        .bind("bot", message.bot().uuid())
        .bind("platform", message.platform())
        .bind("channel", message.channelId())
        .bind("end_user", message.endUserId())
        .bind("name", message.endUserName().orElse(null))
        .bind("now", now)
        .bindByType("ended", endedAt.orElse(null), Instant.class)
        .execute();
    return id;
  }

  private static boolean insertTurn(
      Handle tx, InboundMessage message, BotSettings bot, Current conversation, Instant now) {
    return tx.createUpdate(
                """
                INSERT INTO turn
                  (team_id, turn_id, bot_id, conversation_id, seq, platform, event_id, event_day,
                   status, accepted_at, supplied, callback_url, reply_to, notice)
                VALUES
                  (:team, :turn, :bot, :conversation, :seq, :platform, :event, :day, 'queued', :now,
                   :supplied::jsonb, :callback, :reply_to, :notice)
                ON CONFLICT (team_id, turn_id) DO NOTHING
                """)
            .bind("team", message.team().uuid())
            .bind("turn", message.turnId().uuid())
            .bind("bot", message.bot().uuid())
            .bind("conversation", conversation.id().uuid())
            .bind("seq", conversation.nextSeq())
            .bind("platform", message.platform())
            .bind("event", message.eventId())
            .bindByType("reply_to", message.replyTo().orElse(null), String.class)
            .bindByType("notice", message.notice().orElse(null), String.class)
            .bind("day", now.atZone(bot.zone()).toLocalDate())
            .bind("now", now)
            .bindByType(
                "supplied", message.supplied().map(SuppliedJson::write).orElse(null), String.class)
            .bindByType("callback", message.callbackUrl().orElse(null), String.class)
            .execute()
        == 1;
  }

  private static void insertMessage(
      Handle tx, InboundMessage message, Current conversation, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO message
              (team_id, message_id, bot_id, conversation_id, turn_id, seq, direction, text,
               created_at)
            VALUES
              (:team, :message, :bot, :conversation, :turn, :seq, 'in', :text, :now)
            """)
        .bind("team", message.team().uuid())
        .bind("message", TypedIds.of("message", "in", message.turnId().toString()))
        .bind("bot", message.bot().uuid())
        .bind("conversation", conversation.id().uuid())
        .bind("turn", message.turnId().uuid())
        .bind("seq", conversation.nextSeq())
        .bind("text", message.text())
        .bind("now", now)
        .execute();
  }

  /// A turn that waits behind others leaves ready_at alone: it is not what makes them ready.
  private static void advance(
      Handle tx, InboundMessage message, Current conversation, Instant now) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET pending = pending + 1,
              next_seq = next_seq + 1,
              last_message_at = :now,
              ready_at = CASE WHEN pending = 0 THEN :now ELSE ready_at END
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", message.team().uuid())
        .bind("conversation", conversation.id().uuid())
        .bind("now", now)
        .execute();
  }
}
