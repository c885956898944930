package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.agentloop.model.ModelUnavailable;
import dev.pennyworth.billing.Booking;
import dev.pennyworth.billing.Hold;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.Reservation;
import dev.pennyworth.billing.Resolution;
import dev.pennyworth.billing.Settlement;
import dev.pennyworth.billing.StepKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// One model call: price, reserve, call, and how to book what came of it. The booking is left to
/// the caller, so that it can share a commit with what follows.
final class ModelStep {
  private static final int ATTEMPTS_MAX = 2;

  private final ClaimedWrites writes;
  private final JdbcSteps steps;
  private final JdbcGate gate;
  private final StepPlanner planner;
  private final TurnSignals signals;
  private final InstantSource clock;

  ModelStep(
      ClaimedWrites writes,
      JdbcSteps steps,
      JdbcGate gate,
      StepPlanner planner,
      TurnSignals signals,
      InstantSource clock) {
    this.writes = writes;
    this.steps = steps;
    this.gate = gate;
    this.planner = planner;
    this.signals = signals;
    this.clock = clock;
  }

  /// What came of a step.
  sealed interface Outcome {
    /// The turn must end or wait: the model was not called, nothing is held.
    record NotCalled(Ending ending) implements Outcome {}

    /// The turn must end: the model was called and gave nothing.
    ///
    /// @param closing frees the hold; to be written in the commit that ends the turn
    record NoAnswer(Ending ending, Closing closing) implements Outcome {}

    /// The model may be called once more; the hold is freed already.
    record Again() implements Outcome {}

    /// The model answered.
    ///
    /// @param closing books the charge and stores the step; to be written before anything follows
    record Answered(ModelReply.Answered reply, Closing closing) implements Outcome {}
  }

  /// How a step is booked and stored: in one commit, which what follows from it can share.
  record Closing(Resolution resolution, BiConsumer<Handle, Booking.Booked> writing) {}

  /// Makes the turn's next model call.
  Outcome run(TurnInProgress turn, ModelJob job) {
    var price = planner.price(turn.bot(), job.choice().model());
    if (price.isEmpty()) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.NO_PRICE, "there is no price for " + job.choice().model()));
    }
    if (turn.attempts() >= ATTEMPTS_MAX) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.PROVIDER_ERROR, "the model did not answer, twice"));
    }
    try {
      var plan = planner.plan(turn.bot(), price.get(), job);
      if (turn.isApprovalMissing(plan.worstCase(), plan.worstCase())) {
        return new Outcome.NotCalled(
            Ending.awaitingApproval(Approval.ofModel(turn, plan), need(turn, plan)));
      }
      return run(turn, plan, turn.nextAttempt());
    } catch (ModelUnavailable e) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.PROVIDER_ERROR, String.valueOf(e.getMessage())));
    }
  }

  /// Nobody is asked for a count unless the gate wants one: it costs the turn a round trip.
  private Outcome run(TurnInProgress turn, StepPlanner.Plan plan, StepKey key) {
    return switch (reserve(turn, plan, key)) {
      case Reservation.Refused(var refusal) ->
          new Outcome.NotCalled(Ending.refused(refusal, need(turn, plan)));
      case Reservation.Granted(var hold) -> call(turn, plan, hold);
      case Reservation.CountFirst _ -> run(turn, plan.counted(turn.timeLeft()), key);
    };
  }

  private static Need need(TurnInProgress turn, StepPlanner.Plan plan) {
    return new Need.Tokens(
        turn.nextStep(), plan.job().choice().model(), plan.inputTokensMaxTight(), plan.worstCase());
  }

  /// Frees a hold whose step was begun and never ended, at the house's expense. Joins the caller's
  /// transaction.
  void lose(Handle tx, Hold hold) {
    gate.book(tx, Booking.of(new Resolution.Lose(hold, steps.purpose(tx, hold.key()))));
    if (!hold.price().isOfTool()) {
      steps.endModel(tx, hold, StepRecord.State.UNKNOWN, "unanswered", Duration.ZERO);
    }
  }

  private Reservation reserve(TurnInProgress turn, StepPlanner.Plan plan, StepKey key) {
    var parts = plan.call().inputParts();
    var request = planner.request(plan, key, turn.claim().endUserId());
    return writes
        .write(
            turn.claim(),
            List.of(),
            List.of(request),
            (tx, booked) -> {
              if (booked.reservation() instanceof Reservation.Granted(var hold)) {
                steps.startModel(tx, hold, plan.job(), parts, clock.instant());
              }
            })
        .reservation();
  }

  private Outcome call(TurnInProgress turn, StepPlanner.Plan plan, Hold hold) {
    if (turn.isOutOfTime()) {
      return new Outcome.NoAnswer(
          Ending.problem(StopReason.TIMEOUT, "no time was left for the call"),
          failed(hold, "not_called", Duration.ZERO));
    }
    long startedNanos = System.nanoTime();
    var reply = plan.call().call(hold, turn.timeLeft(), listener(plan, hold));
    var latency = Duration.ofNanos(System.nanoTime() - startedNanos);
    String purpose = plan.job().purpose();
    return switch (reply) {
      case ModelReply.Answered answered ->
          new Outcome.Answered(answered, settled(hold, purpose, answered, latency));
      case ModelReply.Failed(var fault, var why) when fault == ModelReply.Fault.UNANSWERED ->
          unanswered(turn, lost(hold, purpose, why, latency), why);
      case ModelReply.Failed failed ->
          new Outcome.NoAnswer(
              Ending.problem(StopReason.PROVIDER_ERROR, failed.operatorText()),
              failed(hold, failed.operatorText(), latency));
    };
  }

  /// A summary is nobody's to read.
  private Consumer<String> listener(StepPlanner.Plan plan, Hold hold) {
    return plan.job().purpose().equals(ModelJob.ANSWER) ? signals.text(hold.key()) : _ -> {};
  }

  private Outcome unanswered(TurnInProgress turn, Closing closing, String why) {
    if (turn.isOutOfTime()) {
      return new Outcome.NoAnswer(Ending.problem(StopReason.TIMEOUT, why), closing);
    }
    writes.write(turn.claim(), List.of(closing.resolution()), List.of(), closing.writing());
    return new Outcome.Again();
  }

  private Closing settled(Hold hold, String purpose, ModelReply.Answered reply, Duration latency) {
    var settlement =
        new Settlement(
            reply.usage(),
            reply.isEstimated(),
            purpose,
            reply.providerRequestId().map(CleanText::of));
    return new Closing(
        new Resolution.Settle(hold, settlement),
        (tx, booked) -> steps.finishModel(tx, hold, reply, booked.charge(), latency));
  }

  private Closing failed(Hold hold, String why, Duration latency) {
    return new Closing(
        new Resolution.VoidHold(hold),
        (tx, _) -> steps.endModel(tx, hold, StepRecord.State.FAILED, why, latency));
  }

  private Closing lost(Hold hold, String purpose, String why, Duration latency) {
    return new Closing(
        new Resolution.Lose(hold, purpose),
        (tx, _) -> steps.endModel(tx, hold, StepRecord.State.UNKNOWN, why, latency));
  }
}
