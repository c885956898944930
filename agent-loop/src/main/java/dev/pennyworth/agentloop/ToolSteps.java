package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.RepeatedCalls;
import dev.pennyworth.agentloop.tools.Tool;
import dev.pennyworth.agentloop.tools.ToolContext;
import dev.pennyworth.agentloop.tools.ToolEnd;
import dev.pennyworth.agentloop.tools.ToolFailed;
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
import java.util.concurrent.ExecutorService;
import org.jdbi.v3.core.Handle;

/// Runs the tools that a model asked for: all are held for, if they have a price, and get their
/// rows; then they run side by side; then their results are booked and stored in one commit.
final class ToolSteps {
  private static final String PURPOSE = "answer";
  private static final Charge NOT_RUN = new Charge(NanoUsd.ZERO, NanoUsd.ZERO, List.of("not_run"));

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
  ///
  /// @param isBegun whether it has its row, and nobody knows how it ended
  /// @param known what to answer without running it
  private record Step(
      StepKey key,
      ToolCall call,
      boolean isBegun,
      Optional<ToolPrice> price,
      Optional<ToolOutcome> known) {}

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
    var toolbox = toolboxes.of(turn.bot());
    var asked = new ArrayList<Step>();
    for (int i = 0; i < calls.size(); i++) {
      asked.add(step(turn, toolbox, calls, i));
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
    var outcomes = calls(turn, toolbox, asked);
    finish(turn, paid(asked, booked), outcomes);
    for (int i = 0; i < calls.size(); i++) {
      turn.addToolResult(calls.get(i), outcomes.get(i).text(), outcomes.get(i).end());
    }
    return Optional.empty();
  }

  private Step step(TurnInProgress turn, Toolbox toolbox, List<ToolCall> calls, int place) {
    var call = calls.get(place);
    var key = turn.toolAttempt(call, turn.nextStep() + place);
    var tool = toolbox.find(call.toolName());
    var known = known(turn, tool, calls, place);
    if (known.isPresent()) {
      return new Step(key, call, turn.isBegun(call), Optional.empty(), known);
    }
    var price = tool.flatMap(Tool::price).or(() -> prices.current(CleanText.of(call.toolName())));
    return new Step(key, call, turn.isBegun(call), price, known);
  }

  /// A call that was started before is run again only if that does no harm; one that has its answer
  /// already is not.
  private static Optional<ToolOutcome> known(
      TurnInProgress turn, Optional<Tool> tool, List<ToolCall> calls, int place) {
    if (turn.isBegun(calls.get(place)) && !tool.map(Tool::isRepeatable).orElse(false)) {
      var unknown = ToolFailed.unknown("The call was interrupted.");
      return Optional.of(new ToolOutcome(unknown.text(), ToolEnd.UNKNOWN, Duration.ZERO));
    }
    return switch (turn.repeatedCalls().of(calls.get(place), calls.subList(0, place))) {
      case RepeatedCalls.Verdict.Run _ -> Optional.empty();
      case RepeatedCalls.Verdict.Answer(var text, var end) ->
          Optional.of(new ToolOutcome(text, end, Duration.ZERO));
    };
  }

  private static Optional<Ending> unapproved(TurnInProgress turn, List<Step> asked) {
    var all = need(asked);
    return asked.stream()
        .filter(step -> turn.isApprovalMissing(cost(step), all.cost()))
        .findFirst()
        .map(step ->
            Ending.awaitingApproval(
                Approval.ofTool(turn, step.key().step(), step.call(), cost(step)), all));
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
            paid(asked, booked).stream()
                .filter(ToolSteps::isToBeStarted)
                .forEach(step -> start(tx, step));
          } else {
            free(tx, turn, booked);
          }
        });
  }

  /// A step that broke off and is not run again keeps the row that tells of its first attempt.
  private static boolean isToBeStarted(Paid paid) {
    return paid.step().known().isEmpty() || !paid.step().isBegun();
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

  private List<ToolOutcome> calls(TurnInProgress turn, Toolbox toolbox, List<Step> asked) {
    var calls = new ArrayList<ToolCalls.Asked>();
    for (var step : asked) {
      var tool = toolbox.find(step.call().toolName());
      var timeout = tool.map(Tool::timeout).orElse(turn.timeLeft());
      var timeLeft = timeout.compareTo(turn.timeLeft()) < 0 ? timeout : turn.timeLeft();
      var claim = turn.claim();
      var context =
          new ToolContext(
              step.key(), claim.conversation(), claim.endUserId(), turn.bot().zone(), timeLeft);
      boolean isRepeatable = tool.map(Tool::isRepeatable).orElse(true);
      calls.add(new ToolCalls.Asked(step.call(), context, isRepeatable, step.known()));
    }
    return new ToolCalls(threads).run(toolbox, calls);
  }

  /// A tool that failed is not paid for. One that may have done its work is the house's loss.
  private void finish(TurnInProgress turn, List<Paid> paid, List<ToolOutcome> outcomes) {
    var resolutions = new ArrayList<Resolution>();
    for (int i = 0; i < paid.size(); i++) {
      var end = outcomes.get(i).end();
      paid.get(i).hold().map(hold -> resolution(hold, end)).ifPresent(resolutions::add);
    }
    writes.write(
        turn.claim(),
        resolutions,
        List.of(),
        (tx, booked) -> {
          var charges = booked.charges().iterator();
          for (int i = 0; i < paid.size(); i++) {
            boolean isCharged = paid.get(i).hold().isPresent() && outcomes.get(i).isSuccess();
            var charge = isCharged ? charges.next() : uncharged(paid.get(i));
            steps.finishTool(tx, paid.get(i).step().key(), outcomes.get(i), charge);
          }
        });
  }

  private static Charge uncharged(Paid paid) {
    return paid.step().known().isPresent() ? NOT_RUN : Charge.NONE;
  }

  private static Resolution resolution(Hold hold, ToolEnd end) {
    return switch (end) {
      case DONE -> new Resolution.Settle(hold, Settlement.ofTool(PURPOSE));
      case FAILED -> new Resolution.VoidHold(hold);
      case UNKNOWN -> new Resolution.Lose(hold, PURPOSE);
    };
  }
}
