package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/// Somebody who watches a turn. What a model writes comes from the process that runs the turn;
/// steps and the end are read from the database, when that process says that something was stored
/// and once a second at least: so they come from everywhere.
///
/// Begin to watch before the turn is accepted, and nothing is missed. For one thread; close it.
public final class JdbcTurnWatch implements AutoCloseable {
  /// How often to look whether another process has done something.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private static final String BEGUN = "started";

  private final JdbcTurnReports reports;
  private final TeamId team;
  private final TurnId turn;
  private final TurnSignals.Watch signals;
  private final Queue<TurnEvent> ready = new ArrayDeque<>();
  private final Map<Integer, String> stateTold = new HashMap<>();
  private boolean hasLooked;
  private boolean hasEnded;

  JdbcTurnWatch(JdbcTurnReports reports, TeamId team, TurnId turn, TurnSignals.Watch signals) {
    this.reports = reports;
    this.team = team;
    this.turn = turn;
    this.signals = signals;
  }

  /// The next event; empty if none came in time, or the last one was told.
  public Optional<TurnEvent> next(Duration timeout) throws InterruptedException {
    long startedNanos = System.nanoTime();
    while (ready.isEmpty() && !hasEnded) {
      var left = timeout.minusNanos(System.nanoTime() - startedNanos);
      if (hasLooked) {
        if (!left.isPositive()) {
          return Optional.empty();
        }
        signals.await(left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
      }
      takeTexts();
      if (ready.isEmpty()) {
        look();
      }
    }
    return Optional.ofNullable(ready.poll());
  }

  private void takeTexts() {
    for (var text = signals.takeText(); text.isPresent(); text = signals.takeText()) {
      ready.add(text.get());
    }
  }

  private void look() {
    hasLooked = true;
    reports.find(team, turn).ifPresent(this::tell);
  }

  /// A turn that has ended here has written its last text before: nothing of it is left behind.
  private void tell(TurnReport report) {
    signals.follow(report.conversation());
    hasEnded = report.hasEnded();
    takeTexts();
    report.steps().forEach(this::tell);
    if (hasEnded) {
      ready.add(new TurnEvent.Ended(report));
    }
  }

  private void tell(TurnReport.Step step) {
    var told = stateTold.put(step.n(), step.state());
    var name = step.toolName().or(step::model).orElse("");
    if (told == null) {
      ready.add(new TurnEvent.StepBegan(step.n(), step.kind(), name));
    }
    if (!step.state().equals(BEGUN) && !step.state().equals(told)) {
      ready.add(
          new TurnEvent.StepFinished(
              step.n(),
              step.kind(),
              name,
              step.state(),
              step.tokens(),
              step.cost(),
              step.billed()));
    }
  }

  @Override
  public void close() {
    signals.close();
  }
}
