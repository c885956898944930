package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.Event;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The rows of turns that wait for money or for their owner. A parked turn is out of its
/// conversation's queue; going on puts it back in, at its old place.
final class JdbcParkedTurns {
  private static final UUID BEFORE_ALL = new UUID(0, 0);

  private final JdbcEvents events;

  JdbcParkedTurns(JdbcEvents events) {
    this.events = events;
  }

  /// A parked turn.
  ///
  /// @param refusal the limit that it is known to wait for; empty if it waits for its owner
  /// @param need empty for one that waits behind another one, and was never tried
  record Parked(
      TeamId team,
      BotId bot,
      TurnId id,
      ConversationId conversation,
      Place place,
      String endUser,
      Instant parkedAt,
      StopReason reason,
      Optional<Refusal> refusal,
      Optional<Need> need) {

    /// Whether it is known to wait for this limit, as high as it is now.
    boolean isKnownToWaitFor(Refusal obstacle) {
      return refusal
          .filter(known ->
              known.scope() == obstacle.scope()
                  && known.period().equals(obstacle.period())
                  && known.limit() == obstacle.limit())
          .isPresent();
    }

    /// Whether nothing but its owner's word lets it go on: what it asks for is above the approval
    /// point of today. One that only stood behind such a turn has asked for nothing yet.
    boolean waitsForOwner(Optional<NanoUsd> approval) {
      return reason == StopReason.AWAITING_APPROVAL
          && need.isPresent()
          && approval.isPresent()
          && need.get().cost().compareTo(approval.get()) > 0;
    }
  }

  /// Where a turn stands among those of its bot.
  record Place(Instant acceptedAt, long seq, UUID turn) {
    static final Place FIRST = new Place(Instant.EPOCH, 0, BEFORE_ALL);
  }

  /// A bot with parked turns.
  record OfBot(TeamId team, BotId bot) {}

  /// Why a turn waits that stands in front of another one of its conversation; empty if none does.
  Optional<Ending> inFront(Handle handle, Claim claim, JdbcTurns.Waiting turn) {
    return handle
        .createQuery(
            """
            SELECT stop_reason, refusal, problem
            FROM turn
            WHERE team_id = :team AND conversation_id = :conversation AND status = 'parked'
              AND seq < :seq
            ORDER BY seq
            LIMIT 1
            """)
        .bind("team", claim.team().uuid())
        .bind("conversation", claim.conversation().uuid())
        .bind("seq", turn.seq())
        .map((row, _) -> ending(row))
        .findOne();
  }

  /// Parks a turn. Joins the caller's transaction, which holds the claim.
  void park(Handle tx, Claim claim, JdbcTurns.Waiting turn, Ending ending, Instant now) {
    int times =
        tx.createQuery(
                """
                UPDATE turn
                SET status = 'parked',
                  stop_reason = :reason,
                  refusal = :refusal::jsonb,
                  problem = :problem,
                  parked_need = :need::jsonb,
                  parked_at = CASE WHEN parked_at IS NULL THEN :now ELSE parked_at END,
                  parked_times = parked_times + 1
                WHERE team_id = :team AND turn_id = :turn AND status = 'queued'
                RETURNING parked_times
                """)
            .bind("team", claim.team().uuid())
            .bind("turn", turn.id().uuid())
            .bind("reason", ending.reason().word())
            .bindByType(
                "refusal", ending.refusal().map(StoredJson::refusal).orElse(null), String.class)
            .bindByType("problem", ending.problem().orElse(null), String.class)
            .bindByType("need", ending.need().map(StoredJson::need).orElse(null), String.class)
            .bind("now", now)
            .mapTo(Integer.class)
            .one();
    var facts = facts(claim.bot(), turn.id(), claim.conversation());
    facts.put("stop_reason", ending.reason().word());
    ending.problem().ifPresent(problem -> facts.put("problem", problem));
    ending.refusal().ifPresent(refusal -> facts.put("scope", refusal.scope().word()));
    facts.put(
        "by_mail",
        ending.reason() == StopReason.AWAITING_APPROVAL
            || isOnlyOne(tx, claim.team(), claim.bot(), turn.id()));
    events.append(
        tx,
        claim.team(),
        new Event(EventType.TURN_PARKED, "turn.parked/" + turn.id() + "/" + times, facts));
  }

  /// Lets a parked turn go on. Joins the caller's transaction.
  ///
  /// @param isApproved whether its next step is approved of, if that is what it waits for
  /// @param isGivenUp whether it goes on only to end
  /// @return whether it was parked
  boolean release(Handle tx, Parked turn, boolean isApproved, boolean isGivenUp, Instant now) {
    lock(tx, turn);
    var times =
        tx.createQuery(
                """
                UPDATE turn
                SET status = 'queued',
                  stop_reason = NULL,
                  problem = NULL,
                  parked_need = NULL,
                  resumed_at = :now,
                  is_given_up = :given_up,
                  approved_step = CASE
                    WHEN :approved AND stop_reason = 'awaiting_approval'
                      AND parked_need IS NOT NULL
                    THEN (parked_need ->> 'step')::integer ELSE approved_step END,
                  approved_nanos = CASE
                    WHEN :approved AND stop_reason = 'awaiting_approval'
                      AND parked_need IS NOT NULL
                    THEN coalesce((parked_need ->> 'nanos')::bigint, 0) ELSE approved_nanos END
                WHERE team_id = :team AND turn_id = :turn AND status = 'parked'
                RETURNING parked_times
                """)
            .bind("team", turn.team().uuid())
            .bind("turn", turn.id().uuid())
            .bind("approved", isApproved)
            .bind("given_up", isGivenUp)
            .bind("now", now)
            .mapTo(Integer.class)
            .findOne();
    if (times.isEmpty()) {
      return false;
    }
    queue(tx, turn, now);
    var facts = facts(turn.bot(), turn.id(), turn.conversation());
    facts.put("by_mail", isOnlyOne(tx, turn.team(), turn.bot(), turn.id()));
    events.append(
        tx,
        turn.team(),
        new Event(EventType.TURN_RESUMED, "turn.resumed/" + turn.id() + "/" + times.get(), facts));
    return true;
  }

  /// Whether no other turn of the bot is parked: a crowd's turns are one e-mail when they begin to
  /// wait, and one when the last goes on.
  private static boolean isOnlyOne(Handle tx, TeamId team, BotId bot, TurnId turn) {
    return tx.createQuery(
            """
            SELECT 1
            FROM turn
            WHERE team_id = :team AND bot_id = :bot AND status = 'parked' AND turn_id <> :turn
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("turn", turn.uuid())
        .mapTo(Integer.class)
        .findOne()
        .isEmpty();
  }

  /// The conversation first, as everybody does.
  private static void lock(Handle tx, Parked turn) {
    tx.createQuery(
            """
            SELECT 1
            FROM conversation
            WHERE team_id = :team AND conversation_id = :conversation
            FOR UPDATE
            """)
        .bind("team", turn.team().uuid())
        .bind("conversation", turn.conversation().uuid())
        .mapTo(Integer.class)
        .findOne();
  }

  private static void queue(Handle tx, Parked turn, Instant now) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET pending = pending + 1,
              ready_at = CASE WHEN pending = 0 THEN :now ELSE ready_at END
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", turn.team().uuid())
        .bind("conversation", turn.conversation().uuid())
        .bind("now", now)
        .execute();
  }

  private static Map<String, Object> facts(BotId bot, TurnId turn, ConversationId conversation) {
    var facts = new HashMap<String, Object>();
    facts.put("bot_id", bot.toString());
    facts.put("turn_id", turn.toString());
    facts.put("conversation_id", conversation.toString());
    return facts;
  }

  /// Bots with parked turns, in the order of their keys.
  ///
  /// @param after the last one that is known; empty to begin with the first
  List<OfBot> bots(Handle handle, Optional<OfBot> after, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT DISTINCT team_id, bot_id
            FROM turn
            WHERE status = 'parked' AND (team_id, bot_id) > (:team, :bot)
            ORDER BY team_id, bot_id
            LIMIT :rows
            """)
        .bind("team", after.map(one -> one.team().uuid()).orElse(BEFORE_ALL))
        .bind("bot", after.map(one -> one.bot().uuid()).orElse(BEFORE_ALL))
        .bind("rows", rowsMax)
        .map((row, _) ->
            new OfBot(
                new TeamId(row.getObject(1, UUID.class)), new BotId(row.getObject(2, UUID.class))))
        .list();
  }

  /// The parked turns of a bot that are the first to be answered in their conversations, in the
  /// order in which they came.
  ///
  /// @param after the last one that is known; [Place#FIRST] to begin with the first
  List<Parked> ofBot(Handle handle, OfBot one, Place after, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT t.*, c.end_user_id
            FROM turn t
            JOIN conversation c ON c.team_id = :team AND c.conversation_id = t.conversation_id
            WHERE t.team_id = :team AND t.bot_id = :bot AND t.status = 'parked'
              AND (t.accepted_at, t.seq, t.turn_id) > (:at, :seq, :turn)
              AND NOT EXISTS (
                SELECT 1
                FROM turn q
                WHERE q.team_id = :team AND q.conversation_id = t.conversation_id
                  AND q.status IN ('queued', 'parked') AND q.seq < t.seq)
            ORDER BY t.accepted_at, t.seq, t.turn_id
            LIMIT :rows
            """)
        .bind("team", one.team().uuid())
        .bind("bot", one.bot().uuid())
        .bind("at", after.acceptedAt())
        .bind("seq", after.seq())
        .bind("turn", after.turn())
        .bind("rows", rowsMax)
        .map((row, _) -> parked(row))
        .list();
  }

  /// The parked turns of a conversation up to a turn, that one last; empty if it is not parked.
  List<Parked> upTo(Handle handle, TeamId team, BotId bot, TurnId turn) {
    return handle
        .createQuery(
            """
            SELECT t.*, c.end_user_id
            FROM turn l
            JOIN turn t ON t.team_id = :team AND t.conversation_id = l.conversation_id
              AND t.seq <= l.seq AND t.status = 'parked'
            JOIN conversation c ON c.team_id = :team AND c.conversation_id = t.conversation_id
            WHERE l.team_id = :team AND l.turn_id = :turn AND l.bot_id = :bot
              AND l.status = 'parked'
            ORDER BY t.seq
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("turn", turn.uuid())
        .map((row, _) -> parked(row))
        .list();
  }

  /// Notes what is in the way of a parked turn now, and of those that wait behind it.
  ///
  /// @param isOfAll whether it is in the way of the bot's other turns, too: then it is noted for
  ///   those that waited for a limit of all, with what this one needs
  void note(Handle handle, Parked turn, Refusal obstacle, boolean isOfAll) {
    handle
        .createUpdate(
            """
            UPDATE turn
            SET stop_reason = :reason,
              problem = NULL,
              refusal = :refusal::jsonb
            WHERE team_id = :team AND turn_id IN (
              SELECT t.turn_id
              FROM turn t
              WHERE t.team_id = :team AND t.bot_id = :bot AND t.status = 'parked'
                AND (t.turn_id = :turn
                  OR (t.conversation_id = :conversation AND t.parked_need IS NULL)
                  OR (:of_all AND t.refusal ->> 'scope' NOT IN ('MESSAGE', 'END_USER')))
              FOR UPDATE SKIP LOCKED)
            """)
        .bind("team", turn.team().uuid())
        .bind("bot", turn.bot().uuid())
        .bind("turn", turn.id().uuid())
        .bind("conversation", turn.conversation().uuid())
        .bind("reason", StopReason.of(obstacle).word())
        .bind("refusal", StoredJson.refusal(obstacle))
        .bind("of_all", isOfAll)
        .execute();
  }

  /// Whether a bot's turn was put back into the queue and has not come as far as its next step.
  boolean isOneUnderWay(Handle handle, OfBot one, Instant since) {
    return handle
        .createQuery(
            """
            SELECT 1
            FROM turn t
            WHERE t.team_id = :team AND t.bot_id = :bot AND t.status = 'queued'
              AND t.resumed_at > :since
              AND NOT EXISTS (
                SELECT 1
                FROM step s
                WHERE s.team_id = :team AND s.turn_id = t.turn_id AND s.started_at >= t.resumed_at)
            LIMIT 1
            """)
        .bind("team", one.team().uuid())
        .bind("bot", one.bot().uuid())
        .bind("since", since)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static Parked parked(ResultSet row) throws SQLException {
    return new Parked(
        new TeamId(row.getObject("team_id", UUID.class)),
        new BotId(row.getObject("bot_id", UUID.class)),
        new TurnId(row.getObject("turn_id", UUID.class)),
        new ConversationId(row.getObject("conversation_id", UUID.class)),
        new Place(
            row.getTimestamp("accepted_at").toInstant(),
            row.getLong("seq"),
            row.getObject("turn_id", UUID.class)),
        row.getString("end_user_id"),
        row.getTimestamp("parked_at").toInstant(),
        StopReason.ofWord(row.getString("stop_reason")),
        Optional.ofNullable(row.getString("refusal")).map(StoredJson::refusal),
        Optional.ofNullable(row.getString("parked_need")).map(StoredJson::need));
  }

  private static Ending ending(ResultSet row) throws SQLException {
    return new Ending(
        StopReason.ofWord(row.getString("stop_reason")),
        Optional.ofNullable(row.getString("refusal")).map(StoredJson::refusal),
        Optional.ofNullable(row.getString("problem")),
        Optional.empty(),
        Optional.empty());
  }
}
