package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.RepeatedCalls;
import dev.pennyworth.agentloop.tools.ToolEnd;
import dev.pennyworth.billing.StepKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a turn has come to: the context that the model sees, and how many steps it took. Built from
/// the stored steps, so that a turn goes on after a crash where it stopped.
final class TurnInProgress {
  private static final Duration CALL_MIN = Duration.ofMillis(50);

  private final Claim claim;
  private final BotSettings bot;
  private final JdbcTurns.Waiting turn;
  private final long startedNanos;
  private final List<ChatMessage> messages;
  private final int currentMessageIndex;
  private final List<ToolCall> openToolCalls = new ArrayList<>();
  private int modelCalls;
  private int stepsStored;
  private int attempts;
  private final Map<String, Integer> toolAttempts = new HashMap<>();
  private final RepeatedCalls repeatedCalls = new RepeatedCalls();
  private String bestText = "";

  TurnInProgress(
      Claim claim,
      BotSettings bot,
      JdbcTurns.Waiting turn,
      List<ChatMessage> history,
      long startedNanos) {
    this.claim = claim;
    this.bot = bot;
    this.turn = turn;
    this.startedNanos = startedNanos;
    this.messages = new ArrayList<>(history);
    this.currentMessageIndex = messages.size();
    messages.add(new ChatMessage.User(turn.text()));
  }

  /// Goes over a stored step again, in order.
  void replay(StepRecord step) {
    switch (step) {
      case StepRecord.Model model -> replayModel(model);
      case StepRecord.Tool tool -> replayTool(tool);
    }
  }

  private void replayModel(StepRecord.Model model) {
    if (model.state() == StepRecord.State.DONE) {
      addReply(model.text(), model.toolCalls());
    } else {
      attempts = model.attempt();
    }
  }

  /// A tool that was started and not finished stays open: [ToolSteps] knows whether it may be
  /// called again.
  private void replayTool(StepRecord.Tool tool) {
    toolAttempts.put(tool.call().id(), tool.attempt());
    if (tool.state() != StepRecord.State.STARTED) {
      addToolResult(tool.call(), tool.result(), tool.state().end());
    }
  }

  void addReply(String text, List<ToolCall> toolCalls) {
    messages.add(new ChatMessage.Assistant(text, toolCalls));
    openToolCalls.addAll(toolCalls);
    modelCalls++;
    stepsStored++;
    attempts = 0;
    if (!text.isBlank()) {
      bestText = text;
    }
  }

  void addToolResult(ToolCall call, String result, ToolEnd end) {
    messages.add(new ChatMessage.ToolResult(call.id(), call.toolName(), result));
    openToolCalls.remove(call);
    toolAttempts.remove(call.id()); // a later reply may give the same id to another call
    repeatedCalls.note(call, result, end);
    stepsStored++;
  }

  /// Counts another attempt at the next model call.
  StepKey nextAttempt() {
    attempts++;
    return attemptKey();
  }

  /// The latest attempt at the next model call.
  StepKey attemptKey() {
    return new StepKey(claim.team(), claim.bot(), turn.id(), nextStep(), attempts);
  }

  /// The next attempt at a tool call that stands at a place.
  StepKey toolAttempt(ToolCall call, int step) {
    int attempt = toolAttempts.getOrDefault(call.id(), 0) + 1;
    return new StepKey(claim.team(), claim.bot(), turn.id(), step, attempt);
  }

  /// The tool calls that have their results.
  RepeatedCalls repeatedCalls() {
    return repeatedCalls;
  }

  int attempts() {
    return attempts;
  }

  int nextStep() {
    return stepsStored + 1;
  }

  int modelCalls() {
    return modelCalls;
  }

  /// What the model asked for and has no answer to yet, in its order.
  List<ToolCall> openToolCalls() {
    return List.copyOf(openToolCalls);
  }

  /// What is left of the bot's timeout.
  Duration timeLeft() {
    return bot.timeout().minusNanos(System.nanoTime() - startedNanos);
  }

  /// Whether no step can be begun any more: a call with less time than this answers nobody.
  boolean isOutOfTime() {
    return timeLeft().compareTo(CALL_MIN) < 0;
  }

  /// The last thing that the model said; empty if it said nothing.
  String bestText() {
    return bestText;
  }

  Claim claim() {
    return claim;
  }

  BotSettings bot() {
    return bot;
  }

  JdbcTurns.Waiting turn() {
    return turn;
  }

  List<ChatMessage> messages() {
    return List.copyOf(messages);
  }

  int currentMessageIndex() {
    return currentMessageIndex;
  }
}
