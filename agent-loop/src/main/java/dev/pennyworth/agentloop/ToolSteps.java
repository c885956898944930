package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/// Runs the tools that a model asked for: all get their rows, then they run side by side, then
/// their results are stored in one commit.
final class ToolSteps {
  private static final Duration TOOL_TIMEOUT_MAX = Duration.ofSeconds(20);

  private final Jdbi jdbi;
  private final JdbcConversations conversations;
  private final JdbcSteps steps;
  private final Toolboxes toolboxes;
  private final ExecutorService threads;
  private final InstantSource clock;

  ToolSteps(
      Jdbi jdbi,
      JdbcConversations conversations,
      JdbcSteps steps,
      Toolboxes toolboxes,
      ExecutorService threads,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.conversations = conversations;
    this.steps = steps;
    this.toolboxes = toolboxes;
    this.threads = threads;
    this.clock = clock;
  }

  /// Runs what the model asked for last and has no result yet; nothing, if there is none.
  void run(TurnInProgress turn) {
    var calls = turn.openToolCalls();
    if (calls.isEmpty() || turn.isOutOfTime()) {
      return;
    }
    int firstStep = turn.nextStep();
    start(turn, calls, firstStep);
    var outcomes = runAll(turn, calls);
    finish(turn, outcomes, firstStep);
    for (int i = 0; i < calls.size(); i++) {
      turn.addToolResult(calls.get(i), outcomes.get(i).text());
    }
  }

  private void start(TurnInProgress turn, List<ToolCall> calls, int firstStep) {
    jdbi.useTransaction(tx -> {
      conversations.requireClaim(tx, turn.claim());
      for (int i = 0; i < calls.size(); i++) {
        steps.startTool(
            tx,
            turn.claim().team(),
            turn.turn().id(),
            firstStep + i,
            calls.get(i),
            clock.instant());
      }
    });
  }

  private List<ToolOutcome> runAll(TurnInProgress turn, List<ToolCall> calls) {
    var toolbox = toolboxes.of(turn.bot());
    var zone = turn.bot().zone();
    var timeout =
        turn.timeLeft().compareTo(TOOL_TIMEOUT_MAX) < 0 ? turn.timeLeft() : TOOL_TIMEOUT_MAX;
    var tasks = new ArrayList<Callable<ToolOutcome>>();
    calls.forEach(call -> tasks.add(() -> toolbox.call(call, zone)));
    try {
      return threads.invokeAll(tasks, timeout.toMillis(), TimeUnit.MILLISECONDS).stream()
          .map(result -> outcome(result, timeout))
          .toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while tools were running", e);
    }
  }

  private static ToolOutcome outcome(Future<ToolOutcome> result, Duration timeout) {
    try {
      return result.get();
    } catch (CancellationException _) {
      return new ToolOutcome("The tool did not answer in time.", false, timeout);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a tool broke", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while tools were running", e);
    }
  }

  private void finish(TurnInProgress turn, List<ToolOutcome> outcomes, int firstStep) {
    jdbi.useTransaction(tx -> {
      conversations.requireClaim(tx, turn.claim());
      for (int i = 0; i < outcomes.size(); i++) {
        steps.finishTool(tx, turn.claim().team(), turn.turn().id(), firstStep + i, outcomes.get(i));
      }
    });
  }
}
