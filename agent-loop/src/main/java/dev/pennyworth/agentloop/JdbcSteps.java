package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.InputParts;
import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.billing.Charge;
import dev.pennyworth.billing.Hold;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.billing.TurnId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The steps of turns. Each has a row before it starts and its result before the next begins.
final class JdbcSteps {
  JdbcSteps() {}

  /// All steps of a turn, in order.
  List<StepRecord> load(Handle handle, TeamId team, TurnId turn) {
    return handle
        .createQuery(
            """
            SELECT n, kind, state, attempt, purpose, llm_model, model_reason, tool_call_id,
              tool_name, tool_arguments, output
            FROM step
            WHERE team_id = :team AND turn_id = :turn
            ORDER BY n
            """)
        .bind("team", team.uuid())
        .bind("turn", turn.uuid())
        .map((row, _) -> read(row))
        .list();
  }

  /// Writes that a model call is about to be made: its first attempt, or another one.
  void startModel(Handle tx, Hold hold, ModelJob job, InputParts parts, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO step
              (team_id, turn_id, n, kind, purpose, state, attempt, llm_provider, llm_model,
               model_reason, input_parts, hold_id, held_nanos, started_at)
            VALUES
              (:team, :turn, :n, 'model', :purpose, 'started', :attempt, :provider, :model,
               :reason, :parts::jsonb, :hold, :held, :now)
            ON CONFLICT (team_id, turn_id, n) DO UPDATE
            SET state = excluded.state,
              purpose = excluded.purpose,
              attempt = excluded.attempt,
              llm_provider = excluded.llm_provider,
              llm_model = excluded.llm_model,
              model_reason = excluded.model_reason,
              started_at = excluded.started_at,
              hold_id = excluded.hold_id,
              held_nanos = excluded.held_nanos,
              input_parts = excluded.input_parts
            """)
        .bind("team", hold.key().team().uuid())
        .bind("turn", hold.key().turn().uuid())
        .bind("n", hold.key().step())
        .bind("attempt", hold.key().attempt())
        .bind("provider", hold.price().provider())
        .bind("model", hold.price().model())
        .bind("purpose", job.purpose())
        .bind("reason", job.choice().reason().word())
        .bind("parts", StoredJson.inputParts(parts))
        .bind("hold", hold.id().uuid())
        .bind("held", hold.amount().nanos())
        .bind("now", now)
        .execute();
  }

  /// Stores a model's answer with what it cost.
  void finishModel(
      Handle tx, Hold hold, ModelReply.Answered reply, Charge charge, Duration latency) {
    var usage = reply.usage().orElse(TokenUsage.NONE);
    tx.createUpdate(
            """
            UPDATE step
            SET state = 'done',
              output = :output::jsonb,
              cost_nanos = :cost,
              billed_nanos = :billed,
              tokens_input = :input,
              tokens_output = :output_tokens,
              tokens_cache_read = :cache_read,
              tokens_cache_write = :cache_write,
              tokens_cache_write_1h = :cache_write_1h,
              provider_request_id = :request,
              raw_usage = :raw_usage,
              flags = :flags,
              latency_millis = :latency
            WHERE team_id = :team AND turn_id = :turn AND n = :n
            """)
        .bind("team", hold.key().team().uuid())
        .bind("turn", hold.key().turn().uuid())
        .bind("n", hold.key().step())
        .bind("output", StoredJson.modelOutput(reply))
        .bind("cost", charge.cost().nanos())
        .bind("billed", charge.billed().nanos())
        .bind("input", usage.input())
        .bind("output_tokens", usage.output())
        .bind("cache_read", usage.cacheRead())
        .bind("cache_write", usage.cacheWrite())
        .bind("cache_write_1h", usage.cacheWriteHour())
        .bind("request", reply.providerRequestId().map(CleanText::of).orElse(null))
        .bind("raw_usage", reply.rawUsageJson().map(CleanText::of).orElse(null))
        .bindArray("flags", String.class, charge.flags())
        .bind("latency", latency.toMillis())
        .execute();
  }

  /// What a step was for: how its cost is told in the ledger.
  String purpose(Handle handle, StepKey key) {
    return handle
        .createQuery(
            """
            SELECT purpose
            FROM step
            WHERE team_id = :team AND turn_id = :turn AND n = :n
            """)
        .bind("team", key.team().uuid())
        .bind("turn", key.turn().uuid())
        .bind("n", key.step())
        .mapTo(String.class)
        .findOne()
        .orElse(ModelJob.ANSWER);
  }

  /// Marks a model call that brought no answer.
  void endModel(Handle tx, Hold hold, StepRecord.State state, String why, Duration latency) {
    tx.createUpdate(
            """
            UPDATE step
            SET state = :state, flags = :flags, latency_millis = :latency
            WHERE team_id = :team AND turn_id = :turn AND n = :n
            """)
        .bind("team", hold.key().team().uuid())
        .bind("turn", hold.key().turn().uuid())
        .bind("n", hold.key().step())
        .bind("state", state.word())
        .bindArray("flags", String.class, List.of(why))
        .bind("latency", latency.toMillis())
        .execute();
  }

  /// Writes that a tool is about to be called: for the first time, or once more. Safe to repeat.
  ///
  /// @param hold what is set aside for it; empty for a tool without a price
  void startTool(Handle tx, StepKey key, ToolCall call, Optional<Hold> hold, Instant now) {
    tx.createUpdate(
            """
            INSERT INTO step
              (team_id, turn_id, n, kind, purpose, state, attempt, tool_name, tool_call_id,
               tool_arguments, hold_id, held_nanos, started_at)
            VALUES
              (:team, :turn, :n, 'tool', 'answer', 'started', :attempt, :tool, :call, :arguments,
               :hold, :held, :now)
            ON CONFLICT (team_id, turn_id, n) DO UPDATE
            SET attempt = excluded.attempt,
              hold_id = excluded.hold_id,
              held_nanos = excluded.held_nanos
            """)
        .bind("team", key.team().uuid())
        .bind("turn", key.turn().uuid())
        .bind("n", key.step())
        .bind("attempt", key.attempt())
        .bind("tool", CleanText.of(call.toolName()))
        .bind("call", CleanText.of(call.id()))
        .bind("arguments", CleanText.of(call.argumentsJson()))
        .bind("hold", hold.map(held -> held.id().uuid()).orElse(null))
        .bind("held", hold.map(held -> held.amount().nanos()).orElse(0L))
        .bind("now", now)
        .execute();
  }

  /// Stores a tool's result with what it cost.
  void finishTool(Handle tx, StepKey key, ToolOutcome outcome, Charge charge) {
    tx.createUpdate(
            """
            UPDATE step
            SET state = :state,
              output = :output::jsonb,
              cost_nanos = :cost,
              billed_nanos = :billed,
              flags = :flags,
              latency_millis = :latency
            WHERE team_id = :team AND turn_id = :turn AND n = :n
            """)
        .bind("team", key.team().uuid())
        .bind("turn", key.turn().uuid())
        .bind("n", key.step())
        .bind("state", StepRecord.State.of(outcome.end()).word())
        .bind("output", StoredJson.toolOutput(outcome.text(), outcome.isSuccess()))
        .bind("cost", charge.cost().nanos())
        .bind("billed", charge.billed().nanos())
        .bindArray("flags", String.class, charge.flags())
        .bind("latency", outcome.latency().toMillis())
        .execute();
  }

  /// Steps of before there was a choice name no reason.
  private static ModelChoice choice(ResultSet row) throws SQLException {
    return new ModelChoice(
        row.getString("llm_model"),
        Optional.ofNullable(row.getString("model_reason"))
            .map(ModelChoice.Reason::of)
            .orElse(ModelChoice.Reason.MAIN));
  }

  private static StepRecord read(ResultSet row) throws SQLException {
    int n = row.getInt("n");
    var state = StepRecord.State.of(row.getString("state"));
    boolean hasOutput = row.getString("output") != null;
    if (row.getString("kind").equals("model")) {
      return new StepRecord.Model(
          n,
          state,
          row.getInt("attempt"),
          row.getString("purpose"),
          choice(row),
          hasOutput ? StoredJson.text(row.getString("output")) : "",
          hasOutput ? StoredJson.toolCalls(row.getString("output")) : List.of());
    }
    return new StepRecord.Tool(
        n,
        state,
        row.getInt("attempt"),
        new ToolCall(
            row.getString("tool_call_id"),
            row.getString("tool_name"),
            row.getString("tool_arguments")),
        hasOutput ? StoredJson.text(row.getString("output")) : "");
  }
}
