package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.RepeatedCalls;
import dev.pennyworth.agentloop.tools.ToolEnd;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.StepKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a turn has come to: the context that the model sees, and how many steps it took. Built from
/// the stored steps, so that a turn goes on after a crash where it stopped.
final class TurnInProgress {
  private static final Duration CALL_MIN = Duration.ofMillis(50);

  private final Claim claim;
  private final BotSettings bot;
  private final JdbcTurns.Waiting turn;
  private final long startedNanos;
  private final List<ChatMessage> messages;
  private int currentMessageIndex;
  private final List<ToolCall> openToolCalls = new ArrayList<>();
  private final Map<Integer, Integer> heldAttempts;
  private final boolean isFirstContact;
  private final Map<String, Integer> toolAttempts = new HashMap<>();
  private Optional<Folding> folding;
  private ModelChoice choice;
  private int modelCalls;
  private int stepsStored;
  private int attempts;
  private final RepeatedCalls repeatedCalls = new RepeatedCalls();
  private String bestText = "";

  /// @param context what the model sees before the current message
  /// @param folding what of it is to be summarised first
  /// @param choice the model that answers, unless a stored step shows that another one has begun
  /// @param heldAttempts the last attempt at each step that money was set aside for
  TurnInProgress(
      Claim claim,
      BotSettings bot,
      JdbcTurns.Waiting turn,
      List<ChatMessage> context,
      Optional<Folding> folding,
      ModelChoice choice,
      Map<Integer, Integer> heldAttempts,
      boolean isFirstContact,
      long startedNanos) {
    this.claim = claim;
    this.bot = turn.fitted(bot);
    this.turn = turn;
    this.startedNanos = startedNanos;
    this.messages = new ArrayList<>(context);
    this.currentMessageIndex = messages.size();
    this.folding = folding;
    this.choice = choice;
    this.heldAttempts = Map.copyOf(heldAttempts);
    this.isFirstContact = isFirstContact;
    messages.add(new ChatMessage.User(turn.text()));
  }

  /// Goes over a stored step again, in order.
  void replay(StepRecord step) {
    switch (step) {
      case StepRecord.Model model when model.purpose().equals(ModelJob.SUMMARY) -> {
        dropFolding();
        endSummaryStep();
      }
      case StepRecord.Model model -> replayModel(model);
      case StepRecord.Tool tool -> replayTool(tool);
    }
  }

  private void replayModel(StepRecord.Model model) {
    if (model.state() == StepRecord.State.DONE) {
      // While a turn waits its owner may give the bot another model, of another provider even.
      if (bot.has(model.choice().model())) {
        choice = model.choice();
      }
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

  /// What is to be summarised before the message is answered.
  Optional<Folding> folding() {
    return folding;
  }

  /// The oldest messages are in the summary now.
  void addSummary(String summary) {
    boolean hadSummary = folding.filter(one -> !one.summary().isBlank()).isPresent();
    dropFolding();
    if (hadSummary) {
      messages.removeFirst();
      currentMessageIndex--;
    }
    if (!summary.isBlank()) {
      messages.addFirst(Folding.asMessage(summary));
      currentMessageIndex++;
    }
    endSummaryStep();
  }

  /// There will be no summary of what is too old: the message is answered without it.
  void dropFolding() {
    folding.ifPresent(one -> {
      int first = one.summary().isBlank() ? 0 : 1;
      messages.subList(first, first + one.messages().size()).clear();
      currentMessageIndex -= one.messages().size();
    });
    folding = Optional.empty();
  }

  /// The summary's step has its row.
  void endSummaryStep() {
    stepsStored++;
    attempts = 0;
  }

  /// Counts another attempt at the next model call.
  StepKey nextAttempt() {
    attempts++;
    int step = nextStep();
    return key(step, Math.max(attempts, heldAttempts.getOrDefault(step, 0) + 1));
  }

  /// The next attempt at a tool call that stands at a place.
  StepKey toolAttempt(ToolCall call, int step) {
    int last =
        Math.max(toolAttempts.getOrDefault(call.id(), 0), heldAttempts.getOrDefault(step, 0));
    return key(step, last + 1);
  }

  private StepKey key(int step, int attempt) {
    return new StepKey(claim.team(), claim.bot(), turn.id(), step, attempt);
  }

  /// The tool calls that have their results.
  RepeatedCalls repeatedCalls() {
    return repeatedCalls;
  }

  /// Whether a tool call was begun before, by a process that did not store how it ended.
  boolean isBegun(ToolCall call) {
    return toolAttempts.containsKey(call.id());
  }

  /// Whether the next step must wait for the owner. He approves of an amount: where the bot or a
  /// price has changed since, a dearer step is not what he approved of.
  ///
  /// @param cost of the step, or of one of several tool calls
  /// @param whole what the step costs in all
  boolean isApprovalMissing(NanoUsd cost, NanoUsd whole) {
    boolean isApproved =
        turn.approvedStep() == nextStep() && whole.compareTo(turn.approvedAmount()) <= 0;
    return bot.approval().filter(point -> cost.compareTo(point) > 0).isPresent() && !isApproved;
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

  /// Whether the end user has never written to the bot before.
  boolean isFirstContact() {
    return isFirstContact;
  }

  /// The call that answers the message, as the context stands.
  ModelJob answer() {
    return ModelJob.answer(bot, choice, messages, currentMessageIndex);
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
}
