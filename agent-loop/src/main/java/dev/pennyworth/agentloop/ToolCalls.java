package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.ToolContext;
import dev.pennyworth.agentloop.tools.ToolEnd;
import dev.pennyworth.agentloop.tools.ToolFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls tools side by side, each within its own time: one that hangs ends by itself and disturbs
/// no other.
final class ToolCalls {
  /// A tool ends its call in time, and says more about it than we could. This is how much longer we
  /// wait for that.
  private static final Duration GRACE = Duration.ofMillis(250);

  private final ExecutorService threads;

  ToolCalls(ExecutorService threads) {
    this.threads = threads;
  }

  /// @param isRepeatable whether it did no harm if it worked unheard
  /// @param known what it brings without being called
  record Asked(
      ToolCall call, ToolContext context, boolean isRepeatable, Optional<ToolOutcome> known) {}

  /// Calls all, and blocks until each has ended or was broken off. The outcomes stand in the order
  /// of the calls.
  List<ToolOutcome> run(Toolbox toolbox, List<Asked> calls) {
    long startedNanos = System.nanoTime();
    var running = new HashMap<Integer, Future<ToolOutcome>>();
    var outcomes = new ArrayList<Optional<ToolOutcome>>();
    for (int i = 0; i < calls.size(); i++) {
      var asked = calls.get(i);
      outcomes.add(asked.known());
      if (asked.known().isEmpty()) {
        running.put(i, threads.submit(() -> toolbox.call(asked.call(), asked.context())));
      }
    }
    try {
      // In the order of their ends, so that none is waited for longer than it may take.
      running.entrySet().stream()
          .sorted(Comparator.comparing(each -> calls.get(each.getKey()).context().timeLeft()))
          .forEach(each -> {
            var outcome = await(each.getValue(), calls.get(each.getKey()), startedNanos);
            outcomes.set(each.getKey(), Optional.of(outcome));
          });
    } finally {
      running.values().forEach(each -> each.cancel(true));
    }
    return outcomes.stream().map(Optional::orElseThrow).toList();
  }

  private static ToolOutcome await(Future<ToolOutcome> call, Asked asked, long startedNanos) {
    var timeout = asked.context().timeLeft();
    long leftNanos = timeout.plus(GRACE).toNanos() - (System.nanoTime() - startedNanos);
    try {
      return call.get(Math.max(leftNanos, 0), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      call.cancel(true);
      return late(asked, timeout);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a tool broke", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while tools were running", e);
    }
  }

  private static ToolOutcome late(Asked asked, Duration timeout) {
    var text = "The tool did not answer in time.";
    return asked.isRepeatable()
        ? new ToolOutcome(text, ToolEnd.FAILED, timeout)
        : new ToolOutcome(ToolFailed.unknown(text).text(), ToolEnd.UNKNOWN, timeout);
  }
}
