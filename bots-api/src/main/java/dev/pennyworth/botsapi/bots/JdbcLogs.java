package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.agentloop.MessageId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What a bot's end users said and were told, and how long it took.
public final class JdbcLogs {
  JdbcLogs() {}

  /// A conversation in a list.
  public record Conversation(
      ConversationId id,
      String platform,
      String channelId,
      String userId,
      Optional<String> userName,
      Instant startedAt,
      Instant lastMessageAt,
      Optional<Instant> endedAt,
      long messageCount) {}

  /// A message in a list.
  ///
  /// @param key where it stands, for paging
  record Message(
      MessageId id, TurnId turnId, String direction, String text, Instant createdAt, Key key) {}

  /// A message's place in its conversation. The reply to a message has the same `seq`.
  record Key(long seq, String direction) {
    static Optional<Key> parse(String text) {
      var parts = text.split("/", -1);
      return parts.length == 2 && parts[0].matches("\\d{1,18}") && parts[1].matches("in|out")
          ? Optional.of(new Key(Long.parseLong(parts[0]), parts[1]))
          : Optional.empty();
    }

    @Override
    public String toString() {
      return seq + "/" + direction;
    }
  }

  /// A bot's conversations, newest first.
  List<Conversation> conversations(
      Handle handle, TeamId team, BotId bot, Optional<ConversationId> before, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT c.*,
              (SELECT count(*)
               FROM message m
               WHERE m.team_id = :team AND m.conversation_id = c.conversation_id) AS messages
            FROM conversation c
            WHERE c.team_id = :team AND c.bot_id = :bot
              AND (:before::uuid IS NULL OR c.conversation_id < :before)
            ORDER BY c.conversation_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bindByType("before", before.map(ConversationId::uuid).orElse(null), UUID.class)
        .bind("rows", rowsMax)
        .map((row, _) -> conversation(row))
        .list();
  }

  /// One of a bot's conversations.
  Optional<Conversation> conversation(
      Handle handle, TeamId team, BotId bot, ConversationId conversation) {
    return handle
        .createQuery(
            """
            SELECT c.*,
              (SELECT count(*)
               FROM message m
               WHERE m.team_id = :team AND m.conversation_id = c.conversation_id) AS messages
            FROM conversation c
            WHERE c.team_id = :team AND c.conversation_id = :conversation AND c.bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation.uuid())
        .bind("bot", bot.uuid())
        .map((row, _) -> conversation(row))
        .findOne();
  }

  private static Conversation conversation(ResultSet row) throws SQLException {
    return new Conversation(
        new ConversationId(row.getObject("conversation_id", UUID.class)),
        row.getString("platform"),
        row.getString("channel_id"),
        row.getString("end_user_id"),
        Optional.ofNullable(row.getString("end_user_name")),
        row.getTimestamp("started_at").toInstant(),
        row.getTimestamp("last_message_at").toInstant(),
        Optional.ofNullable(row.getTimestamp("ended_at")).map(Timestamp::toInstant),
        row.getLong("messages"));
  }

  /// The conversation that somebody has with a bot now, or had last.
  Optional<ConversationId> latest(
      Handle handle, TeamId team, BotId bot, String platform, String channel, String user) {
    return handle
        .createQuery(
            """
            SELECT conversation_id
            FROM conversation
            WHERE team_id = :team AND bot_id = :bot
              AND platform = :platform AND channel_id = :channel AND end_user_id = :user
            ORDER BY conversation_id DESC
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("platform", platform)
        .bind("channel", channel)
        .bind("user", user)
        .mapTo(UUID.class)
        .map(ConversationId::new)
        .findOne();
  }

  /// What was last said to the bot in a conversation, by turn.
  Map<TurnId, String> asked(Handle handle, TeamId team, ConversationId conversation, int rowsMax) {
    var asked = new HashMap<TurnId, String>();
    handle
        .createQuery(
            """
            SELECT turn_id, text
            FROM message
            WHERE team_id = :team AND conversation_id = :conversation AND direction = 'in'
            ORDER BY seq DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation.uuid())
        .bind("rows", rowsMax)
        .map((row, _) -> Map.entry(new TurnId(row.getObject(1, UUID.class)), row.getString(2)))
        .forEach(entry -> asked.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(asked);
  }

  boolean hasConversation(Handle handle, TeamId team, BotId bot, ConversationId conversation) {
    return handle
        .createQuery(
            """
            SELECT 1
            FROM conversation
            WHERE team_id = :team AND conversation_id = :conversation AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation.uuid())
        .bind("bot", bot.uuid())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /// A conversation's messages, oldest first: each question with its answer after it.
  List<Message> messages(
      Handle handle, TeamId team, ConversationId conversation, Optional<Key> after, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT message_id, turn_id, direction, text, created_at, seq
            FROM message
            WHERE team_id = :team AND conversation_id = :conversation
              AND (:seq::bigint IS NULL OR (seq, direction) > (:seq, :direction))
            ORDER BY seq, direction
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation.uuid())
        .bindByType("seq", after.map(Key::seq).orElse(null), Long.class)
        .bindByType("direction", after.map(Key::direction).orElse(null), String.class)
        .bind("rows", rowsMax)
        .map((row, _) ->
            new Message(
                new MessageId(row.getObject(1, UUID.class)),
                new TurnId(row.getObject(2, UUID.class)),
                row.getString(3),
                row.getString(4),
                row.getTimestamp(5).toInstant(),
                new Key(row.getLong(6), row.getString(3))))
        .list();
  }

  /// How long half and nearly all of a day's turns took at most.
  record Latencies(long p50Millis, long p95Millis) {}

  /// By the day on which the message was accepted.
  Map<LocalDate, Latencies> latencies(
      Handle handle, TeamId team, BotId bot, LocalDate from, LocalDate to) {
    var latencies = new HashMap<LocalDate, Latencies>();
    handle
        .createQuery(
            """
            SELECT event_day,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_millis),
              percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_millis)
            FROM turn
            WHERE team_id = :team AND bot_id = :bot AND event_day BETWEEN :from AND :to
              AND latency_millis IS NOT NULL
            GROUP BY event_day
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            Map.entry(
                row.getObject(1, LocalDate.class), new Latencies(row.getLong(2), row.getLong(3))))
        .forEach(entry -> latencies.put(entry.getKey(), entry.getValue()));
    return Map.copyOf(latencies);
  }

  /// What calls of a model, or of tools, cost on a day.
  ///
  /// @param name of the model; `tools` for what tools cost
  public record SpentOn(LocalDate day, String name, NanoUsd cost) {}

  /// What a bot cost by day and model, straight from the ledger.
  List<SpentOn> spentOn(Handle handle, TeamId team, BotId bot, LocalDate from, LocalDate to) {
    return handle
        .createQuery(
            """
            SELECT event_day, coalesce(llm_model, 'tools') AS name, sum(cost_nanos)::bigint AS cost
            FROM ledger_transaction
            WHERE team_id = :team AND bot_id = :bot AND kind = 'charge'
              AND event_day BETWEEN :from AND :to
            GROUP BY event_day, coalesce(llm_model, 'tools')
            ORDER BY event_day, name
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("from", from)
        .bind("to", to)
        .map((row, _) ->
            new SpentOn(
                row.getObject("event_day", LocalDate.class),
                row.getString("name"),
                new NanoUsd(row.getLong("cost"))))
        .list();
  }

  /// How many conversations began on these days, in the bot's zone.
  long conversationsStarted(Handle handle, TeamId team, BotId bot, Instant from, Instant until) {
    return handle
        .createQuery(
            """
            SELECT count(*)
            FROM conversation
            WHERE team_id = :team AND bot_id = :bot
              AND started_at >= :from AND started_at < :until
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("from", from)
        .bind("until", until)
        .mapTo(Long.class)
        .one();
  }
}
