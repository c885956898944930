package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.InputParts;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Reads turns with their receipts, and hands synchronous answers to who waits for them.
public final class JdbcTurnReports {
  /// How often a waiting request asks whether another process has ended its turn.
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final TurnSignals signals;
  private final JdbcEndedElsewhere elsewhere;
  private final InstantSource clock;

  JdbcTurnReports(Jdbi jdbi, TurnSignals signals, InstantSource clock) {
    this.jdbi = jdbi;
    this.signals = signals;
    this.elsewhere = new JdbcEndedElsewhere(jdbi, signals);
    this.clock = clock;
  }

  /// Waits until a turn has ended, at most this long; no connection is held meanwhile. Empty if
  /// there is no such turn; a report that has not ended if the time was too short.
  public Optional<TurnReport> await(TeamId team, TurnId turn, Duration patience)
      throws InterruptedException {
    long startedNanos = System.nanoTime();
    var left = patience;
    do {
      // Anew each time: a turn that was parked may have been resumed since it was told.
      try (var here = signals.watchEnd(turn);
          var there = elsewhere.watch(team, turn)) {
        if (!isQueued(team, turn)) {
          break;
        }
        awaitEnd(here, there, left);
      }
      left = patience.minusNanos(System.nanoTime() - startedNanos);
    } while (left.isPositive());
    return find(team, turn);
  }

  private static void awaitEnd(
      TurnSignals.Watch here, JdbcEndedElsewhere.Watch there, Duration patience)
      throws InterruptedException {
    long startedNanos = System.nanoTime();
    for (var left = patience; left.isPositive(); ) {
      if (isToldIn(here, left) || there.hasEnded()) {
        return;
      }
      left = patience.minusNanos(System.nanoTime() - startedNanos);
    }
  }

  /// Whether this process said that the turn has ended, before it was time to ask again.
  private static boolean isToldIn(TurnSignals.Watch here, Duration left)
      throws InterruptedException {
    long startedNanos = System.nanoTime();
    var timeout = left.compareTo(ASK_AGAIN) < 0 ? left : ASK_AGAIN;
    here.awaitEnd(timeout);
    return System.nanoTime() - startedNanos < timeout.toNanos();
  }

  /// Watches a turn. It need not have been accepted yet.
  public JdbcTurnWatch watch(TeamId team, TurnId turn) {
    return new JdbcTurnWatch(this, team, turn, signals.watch(turn));
  }

  private boolean isQueued(TeamId team, TurnId turn) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT 1
                FROM turn
                WHERE team_id = :team AND turn_id = :turn AND status = 'queued'
                """)
            .bind("team", team.uuid())
            .bind("turn", turn.uuid())
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }

  /// Notes that a synchronous answer has been taken. Safe to repeat.
  public void markTaken(TeamId team, TurnId turn) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE outbox
                SET state = 'sent', sent_at = :now
                WHERE team_id = :team AND turn_id = :turn AND state = 'pending'
                """)
            .bind("team", team.uuid())
            .bind("turn", turn.uuid())
            .bind("now", clock.instant())
            .execute());
  }

  public Optional<TurnReport> find(TeamId team, TurnId turn) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT t.turn_id, t.bot_id, t.conversation_id, t.platform, t.status,
                  t.stop_reason, t.refusal, t.problem, t.accepted_at, t.latency_millis, t.parked_at,
                  t.merged_into, m.text, o.state AS delivery_state, o.error AS delivery_error,
                  o.parts_sent, o.platform_status
                FROM turn t
                LEFT JOIN message m ON m.team_id = :team
                  AND m.conversation_id = t.conversation_id
                  AND m.seq = t.seq AND m.direction = 'out'
                LEFT JOIN outbox o ON o.team_id = :team AND o.turn_id = t.turn_id
                  AND o.platform IN ('telegram', 'discord', 'slack', 'whatsapp')
                WHERE t.team_id = :team AND t.turn_id = :turn
                """)
            .bind("team", team.uuid())
            .bind("turn", turn.uuid())
            .map((row, _) -> report(row, List.of()))
            .findOne()
            .map(report -> withSteps(handle, team, List.of(report)).getFirst()));
  }

  /// A bot's turns with their receipts, newest first.
  ///
  /// @param status `running`, `parked`, `done` or `failed`; empty for all
  /// @param delivery the state of their reply's; empty for all
  /// @param before only turns accepted before this one; empty to begin at the newest
  public List<TurnReport> list(
      TeamId team,
      BotId bot,
      Optional<ConversationId> conversation,
      Optional<String> status,
      Optional<String> delivery,
      Optional<TurnId> before,
      int rowsMax) {
    return jdbi.withHandle(handle ->
        withSteps(
            handle,
            team,
            handle
                .createQuery(
                    """
                    SELECT t.turn_id, t.bot_id, t.conversation_id, t.platform, t.status,
                      t.stop_reason, t.refusal, t.problem, t.accepted_at, t.latency_millis, t.parked_at,
                      t.merged_into, m.text, o.state AS delivery_state, o.error AS delivery_error,
                      o.parts_sent, o.platform_status
                    FROM turn t
                    LEFT JOIN message m ON m.team_id = :team
                      AND m.conversation_id = t.conversation_id
                      AND m.seq = t.seq AND m.direction = 'out'
                    LEFT JOIN outbox o ON o.team_id = :team AND o.turn_id = t.turn_id
                      AND o.platform IN ('telegram', 'discord', 'slack', 'whatsapp')
                    WHERE t.team_id = :team AND t.bot_id = :bot
                      AND (:conversation::uuid IS NULL OR t.conversation_id = :conversation)
                      AND (:status::text IS NULL OR t.status = :status)
                      AND (:delivery::text IS NULL OR o.state = :delivery)
                      AND (:before::uuid IS NULL OR (t.accepted_at, t.turn_id) < (
                        SELECT b.accepted_at, b.turn_id
                        FROM turn b
                        WHERE b.team_id = :team AND b.turn_id = :before))
                    ORDER BY t.accepted_at DESC, t.turn_id DESC
                    LIMIT :rows
                    """)
                .bind("team", team.uuid())
                .bind("bot", bot.uuid())
                .bindByType(
                    "conversation", conversation.map(ConversationId::uuid).orElse(null), UUID.class)
                .bindByType(
                    "status",
                    status.map(word -> word.equals("running") ? "queued" : word).orElse(null),
                    String.class)
                .bindByType("delivery", delivery.orElse(null), String.class)
                .bindByType("before", before.map(TurnId::uuid).orElse(null), UUID.class)
                .bind("rows", rowsMax)
                .map((row, _) -> report(row, List.of()))
                .list()));
  }

  /// A team's parked turns, the longest waiting first.
  public List<TurnReport> parked(TeamId team, int rowsMax) {
    return jdbi.withHandle(handle ->
        withSteps(
            handle,
            team,
            handle
                .createQuery(
                    """
                    SELECT t.turn_id, t.bot_id, t.conversation_id, t.platform, t.status,
                      t.stop_reason, t.refusal, t.problem, t.accepted_at, t.latency_millis, t.parked_at,
                      t.merged_into, NULL AS text, NULL AS delivery_state, NULL AS delivery_error,
                      NULL::integer AS parts_sent, NULL AS platform_status
                    FROM turn t
                    WHERE t.team_id = :team AND t.status = 'parked'
                    ORDER BY t.accepted_at, t.seq
                    LIMIT :rows
                    """)
                .bind("team", team.uuid())
                .bind("rows", rowsMax)
                .map((row, _) -> report(row, List.of()))
                .list()));
  }

  /// All of them at once: a page has many turns.
  private static List<TurnReport> withSteps(Handle handle, TeamId team, List<TurnReport> turns) {
    var steps = new HashMap<UUID, List<TurnReport.Step>>();
    handle
        .createQuery(
            """
            SELECT *
            FROM step
            WHERE team_id = :team AND turn_id = ANY(:turns)
            ORDER BY turn_id, n
            """)
        .bind("team", team.uuid())
        .bindArray("turns", UUID.class, turns.stream().map(turn -> turn.id().uuid()).toList())
        .map((row, _) -> Map.entry(row.getObject("turn_id", UUID.class), step(row)))
        .forEach(
            one -> steps.computeIfAbsent(one.getKey(), _ -> new ArrayList<>()).add(one.getValue()));
    return turns.stream()
        .map(turn -> turn.with(steps.getOrDefault(turn.id().uuid(), List.of())))
        .toList();
  }

  private static TurnReport report(ResultSet row, List<TurnReport.Step> steps) throws SQLException {
    var turn = new TurnId(row.getObject("turn_id", UUID.class));
    String status = row.getString("status");
    return new TurnReport(
        turn,
        new BotId(row.getObject("bot_id", UUID.class)),
        new ConversationId(row.getObject("conversation_id", UUID.class)),
        new MessageId(TypedIds.of("message", "in", turn.toString())),
        row.getString("platform"),
        status.equals("queued") ? "running" : status,
        text(row, "stop_reason"),
        status.equals("queued") ? Optional.empty() : text(row, "refusal").map(StoredJson::refusal),
        text(row, "problem"),
        text(row, "text"),
        row.getTimestamp("accepted_at").toInstant(),
        millis(row),
        Optional.ofNullable(row.getTimestamp("parked_at")).map(Timestamp::toInstant),
        Optional.ofNullable(row.getObject("merged_into", UUID.class)).map(TurnId::new),
        delivery(row),
        steps);
  }

  private static Optional<TurnReport.Delivery> delivery(ResultSet row) throws SQLException {
    var state = text(row, "delivery_state");
    return state.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TurnReport.Delivery(
                state.get(),
                text(row, "delivery_error"),
                row.getInt("parts_sent"),
                text(row, "platform_status")));
  }

  private static TurnReport.Step step(ResultSet row) throws SQLException {
    boolean isTool = row.getString("kind").equals("tool");
    var output = text(row, "output");
    String state = row.getString("state");
    var tokens =
        new TokenUsage(
            row.getLong("tokens_input"),
            row.getLong("tokens_output"),
            row.getLong("tokens_cache_read"),
            row.getLong("tokens_cache_write") - row.getLong("tokens_cache_write_1h"),
            row.getLong("tokens_cache_write_1h"));
    var parts = text(row, "input_parts").map(StoredJson::inputParts).orElse(InputParts.NONE);
    return new TurnReport.Step(
        row.getInt("n"),
        row.getString("kind"),
        row.getString("purpose"),
        text(row, "llm_provider"),
        text(row, "llm_model"),
        text(row, "model_reason"),
        text(row, "tool_name"),
        text(row, "tool_arguments"),
        isTool ? output.map(StoredJson::text) : Optional.empty(),
        isTool ? output.map(StoredJson::isSuccess).orElse(false) : state.equals("done"),
        isTool ? Optional.empty() : output.map(StoredJson::finish),
        tokens,
        TokenBreakdown.apportion(parts, tokens.inputInAll(), tokens.output()),
        new NanoUsd(row.getLong("held_nanos")),
        new NanoUsd(row.getLong("cost_nanos")),
        new NanoUsd(row.getLong("billed_nanos")),
        millis(row),
        List.of((String[]) row.getArray("flags").getArray()),
        state);
  }

  private static Optional<Duration> millis(ResultSet row) throws SQLException {
    return Optional.ofNullable(row.getObject("latency_millis", Long.class)).map(Duration::ofMillis);
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }
}
