package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.billing.Alongside;
import dev.pennyworth.billing.Ask;
import dev.pennyworth.billing.Booking;
import dev.pennyworth.billing.Charge;
import dev.pennyworth.billing.Hold;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcToolPrices;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.Reservation;
import dev.pennyworth.billing.Resolution;
import dev.pennyworth.billing.Settlement;
import dev.pennyworth.billing.StepKey;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/// Runs the tools that a model asked for: all are held for, if they have a price, and get their
/// rows; then they run side by side; then their results are booked and stored in one commit.
final class ToolSteps {
  private static final Duration TOOL_TIMEOUT_MAX = Duration.ofSeconds(20);
  private static final String PURPOSE = "answer";

  private final ClaimedWrites writes;
  private final JdbcSteps steps;
  private final JdbcGate gate;
  private final JdbcToolPrices prices;
  private final Toolboxes toolboxes;
  private final EndUserPseudonyms pseudonyms;
  private final ExecutorService threads;
  private final InstantSource clock;

  ToolSteps(
      ClaimedWrites writes,
      JdbcSteps steps,
      JdbcGate gate,
      JdbcToolPrices prices,
      Toolboxes toolboxes,
      EndUserPseudonyms pseudonyms,
      ExecutorService threads,
      InstantSource clock) {
    this.writes = writes;
    this.steps = steps;
    this.gate = gate;
    this.prices = prices;
    this.toolboxes = toolboxes;
    this.pseudonyms = pseudonyms;
    this.threads = threads;
    this.clock = clock;
  }

  /// A tool call at its place in the turn.
  private record Step(StepKey key, ToolCall call, Optional<ToolPrice> price) {}

  /// A step that may run.
  private record Paid(Step step, Optional<Hold> hold) {}

  /// Runs what the model asked for last and has no result yet; nothing, if there is none.
  ///
  /// @return why a tool could not be paid, or must wait for the owner; none of them was run then
  Optional<Ending> run(TurnInProgress turn) {
    var calls = turn.openToolCalls();
    if (calls.isEmpty() || turn.isOutOfTime()) {
      return Optional.empty();
    }
    var asked = new ArrayList<Step>();
    for (int i = 0; i < calls.size(); i++) {
      var call = calls.get(i);
      var key = turn.toolAttempt(call, turn.nextStep() + i);
      asked.add(new Step(key, call, prices.current(CleanText.of(call.toolName()))));
    }
    var unapproved = unapproved(turn, asked);
    if (unapproved.isPresent()) {
      return unapproved;
    }
    var booked = start(turn, asked);
    var refusal = refusal(booked);
    if (refusal.isPresent()) {
      return Optional.of(Ending.refused(refusal.get(), need(asked)));
    }
    var outcomes = runAll(turn, calls);
    finish(turn, paid(asked, booked), outcomes);
    for (int i = 0; i < calls.size(); i++) {
      turn.addToolResult(calls.get(i), outcomes.get(i).text());
    }
    return Optional.empty();
  }

  private static Optional<Ending> unapproved(TurnInProgress turn, List<Step> asked) {
    return asked.stream()
        .filter(step -> turn.isApprovalMissing(cost(step)))
        .findFirst()
        .map(step ->
            Ending.awaitingApproval(
                Approval.ofTool(turn, step.key().step(), step.call(), cost(step)), need(asked)));
  }

  private static NanoUsd cost(Step step) {
    return step.price().map(price -> price.of(step.call().argumentsJson())).orElse(NanoUsd.ZERO);
  }

  private static Need need(List<Step> asked) {
    return new Need.Amount(
        asked.getFirst().key().step(),
        asked.stream().map(ToolSteps::cost).reduce(NanoUsd.ZERO, NanoUsd::plus));
  }

  private Booking.Booked start(TurnInProgress turn, List<Step> asked) {
    var requests =
        asked.stream()
            .flatMap(step -> step.price().map(price -> request(turn, step, price)).stream())
            .toList();
    return writes.write(
        turn.claim(),
        List.of(),
        requests,
        (tx, booked) -> {
          if (refusal(booked).isEmpty()) {
            paid(asked, booked).forEach(step -> start(tx, step));
          } else {
            free(tx, turn, booked);
          }
        });
  }

  private HoldRequest request(TurnInProgress turn, Step step, ToolPrice price) {
    return new HoldRequest(
        step.key(),
        turn.bot().billingMode(),
        price.list(),
        pseudonyms.of(turn.claim().team(), turn.claim().endUserId()),
        turn.bot().zone(),
        new Ask.Fixed(price.of(step.call().argumentsJson())));
  }

  private void start(Handle tx, Paid paid) {
    steps.startTool(tx, paid.step().key(), paid.step().call(), paid.hold(), clock.instant());
  }

  private static Optional<Refusal> refusal(Booking.Booked booked) {
    return booked.reservations().stream()
        .filter(Reservation.Refused.class::isInstance)
        .map(one -> ((Reservation.Refused) one).refusal())
        .findFirst();
  }

  private static List<Hold> holds(Booking.Booked booked) {
    return booked.reservations().stream()
        .filter(Reservation.Granted.class::isInstance)
        .map(one -> ((Reservation.Granted) one).hold())
        .toList();
  }

  private static List<Paid> paid(List<Step> asked, Booking.Booked booked) {
    var holds = holds(booked).iterator();
    return asked.stream().map(step -> new Paid(step, step.price().map(_ -> holds.next()))).toList();
  }

  /// One tool cannot be paid, so none is run: what was set aside for the others is freed in the
  /// same commit, so that a crash cannot leave it held.
  private void free(Handle tx, TurnInProgress turn, Booking.Booked booked) {
    var resolutions =
        holds(booked).stream().map(hold -> (Resolution) new Resolution.VoidHold(hold)).toList();
    if (!resolutions.isEmpty()) {
      gate.book(tx, new Booking(turn.claim().team(), resolutions, List.of(), Alongside.NOTHING));
    }
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

  /// A tool that failed is not paid for.
  private void finish(TurnInProgress turn, List<Paid> paid, List<ToolOutcome> outcomes) {
    var resolutions = new ArrayList<Resolution>();
    for (int i = 0; i < paid.size(); i++) {
      boolean isSuccess = outcomes.get(i).isSuccess();
      paid.get(i).hold().map(hold -> resolution(hold, isSuccess)).ifPresent(resolutions::add);
    }
    writes.write(
        turn.claim(),
        resolutions,
        List.of(),
        (tx, booked) -> {
          var charges = booked.charges().iterator();
          for (int i = 0; i < paid.size(); i++) {
            boolean isCharged = paid.get(i).hold().isPresent() && outcomes.get(i).isSuccess();
            var charge = isCharged ? charges.next() : Charge.NONE;
            steps.finishTool(tx, paid.get(i).step().key(), outcomes.get(i), charge);
          }
        });
  }

  private static Resolution resolution(Hold hold, boolean isSuccess) {
    return isSuccess
        ? new Resolution.Settle(hold, Settlement.ofTool(PURPOSE))
        : new Resolution.VoidHold(hold);
  }
}
