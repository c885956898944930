package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelClient;
import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.agentloop.model.ModelRequest;
import dev.pennyworth.agentloop.model.ModelUnavailable;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.Hold;
import dev.pennyworth.billing.HoldRequest;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.Reservation;
import dev.pennyworth.billing.Settlement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// One model call: price, reserve, call, and how to book what came of it. The booking is left to
/// the caller, so that it can share a commit with what follows.
final class ModelStep {
  private static final int ATTEMPTS_MAX = 2;
  private static final String PURPOSE = "answer";

  private final Jdbi jdbi;
  private final JdbcConversations conversations;
  private final JdbcSteps steps;
  private final JdbcGate gate;
  private final JdbcPrices prices;
  private final Map<String, ModelClient> clients;
  private final Toolboxes toolboxes;
  private final InstantSource clock;

  ModelStep(
      Jdbi jdbi,
      JdbcConversations conversations,
      JdbcSteps steps,
      JdbcGate gate,
      JdbcPrices prices,
      Map<String, ModelClient> clients,
      Toolboxes toolboxes,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.conversations = conversations;
    this.steps = steps;
    this.gate = gate;
    this.prices = prices;
    this.clients = Map.copyOf(clients);
    this.toolboxes = toolboxes;
    this.clock = clock;
  }

  /// What came of a step.
  sealed interface Outcome {
    /// The turn must end: the model was not called, nothing is held.
    record NotCalled(Ending ending) implements Outcome {}

    /// The turn must end: the model was called and gave nothing.
    ///
    /// @param resolve frees the hold; to be written in the commit that ends the turn
    record NoAnswer(Ending ending, Consumer<Handle> resolve) implements Outcome {}

    /// The model may be called once more; the hold is freed already.
    record Again() implements Outcome {}

    /// The model answered.
    ///
    /// @param settle books the charge and stores the step; to be written before anything follows
    record Answered(ModelReply.Answered reply, Consumer<Handle> settle) implements Outcome {}
  }

  /// Makes the turn's next model call.
  Outcome run(TurnInProgress turn) {
    var price = price(turn.bot());
    if (price.isEmpty()) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.NO_PRICE, "there is no price for " + turn.bot().model()));
    }
    if (turn.attempts() >= ATTEMPTS_MAX) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.PROVIDER_ERROR, "the model did not answer, twice"));
    }
    try {
      var prepared = client(turn.bot()).prepare(request(turn, price.get()));
      return switch (reserve(turn, price.get(), prepared)) {
        case Reservation.Refused(var refusal) -> new Outcome.NotCalled(Ending.refused(refusal));
        case Reservation.Granted(var hold) -> call(turn, prepared, hold);
      };
    } catch (ModelUnavailable e) {
      return new Outcome.NotCalled(
          Ending.problem(StopReason.PROVIDER_ERROR, String.valueOf(e.getMessage())));
    }
  }

  /// Frees the hold of a call whose answer never came, at the house's expense. Joins the caller's
  /// transaction.
  void lose(Handle tx, Hold hold) {
    gate.loseHold(tx, hold, PURPOSE);
    steps.endModel(tx, hold, StepRecord.State.UNKNOWN, "unanswered", Duration.ZERO);
  }

  private Optional<Price> price(BotSettings bot) {
    return prices
        .current(bot.provider(), bot.model())
        .or(() ->
            bot.billingMode() == BillingMode.BYOK
                ? Optional.of(prices.unpriced(bot.provider(), bot.model()))
                : Optional.empty());
  }

  private ModelClient client(BotSettings bot) throws ModelUnavailable {
    var client = clients.get(bot.provider());
    if (client == null) {
      throw new ModelUnavailable(
          "This installation cannot call "
              + bot.provider()
              + " yet. It can call: "
              + String.join(", ", clients.keySet().stream().sorted().toList())
              + ".");
    }
    return client;
  }

  private ModelRequest request(TurnInProgress turn, Price price) {
    var bot = turn.bot();
    List<ToolSpec> tools = price.callsTools() ? toolboxes.of(bot).specs() : List.of();
    return new ModelRequest(
        bot.model(),
        bot.apiKey(),
        bot.baseUrl(),
        bot.systemPrompt(),
        turn.messages(),
        turn.currentMessageIndex(),
        tools,
        bot.temperature());
  }

  /// Counting tokens takes time, so it is done before the transaction.
  private Reservation reserve(TurnInProgress turn, Price price, ModelClient.Prepared prepared) {
    var parts = prepared.inputParts();
    var request =
        new HoldRequest(
            turn.nextAttempt(),
            turn.bot().billingMode(),
            price,
            turn.claim().endUserId(),
            turn.bot().zone(),
            prepared.inputTokensMax(),
            prepared.inputTokensMaxTight(),
            turn.bot().maxTokensPerTurn());
    return jdbi.inTransaction(tx -> {
      conversations.requireClaim(tx, turn.claim());
      var reservation = gate.reserve(tx, request);
      if (reservation instanceof Reservation.Granted(var hold)) {
        steps.startModel(tx, hold, parts, clock.instant());
      }
      return reservation;
    });
  }

  private Outcome call(TurnInProgress turn, ModelClient.Prepared prepared, Hold hold) {
    if (turn.isOutOfTime()) {
      return new Outcome.NoAnswer(
          Ending.problem(StopReason.TIMEOUT, "no time was left for the call"),
          tx -> fail(tx, hold, "not_called", Duration.ZERO));
    }
    long startedNanos = System.nanoTime();
    var reply = prepared.call(hold, turn.timeLeft());
    var latency = Duration.ofNanos(System.nanoTime() - startedNanos);
    return switch (reply) {
      case ModelReply.Answered answered ->
          new Outcome.Answered(answered, tx -> settle(tx, hold, answered, latency));
      case ModelReply.Failed(var fault, var why) when fault == ModelReply.Fault.UNANSWERED ->
          unanswered(turn, hold, why, latency);
      case ModelReply.Failed failed ->
          new Outcome.NoAnswer(
              Ending.problem(StopReason.PROVIDER_ERROR, failed.operatorText()),
              tx -> fail(tx, hold, failed.operatorText(), latency));
    };
  }

  private Outcome unanswered(TurnInProgress turn, Hold hold, String why, Duration latency) {
    if (turn.isOutOfTime()) {
      return new Outcome.NoAnswer(
          Ending.problem(StopReason.TIMEOUT, why), tx -> loseCall(tx, hold, why, latency));
    }
    jdbi.useTransaction(tx -> {
      conversations.requireClaim(tx, turn.claim());
      loseCall(tx, hold, why, latency);
    });
    return new Outcome.Again();
  }

  private void settle(Handle tx, Hold hold, ModelReply.Answered reply, Duration latency) {
    var charge =
        gate.settle(
            tx,
            hold,
            new Settlement(
                reply.usage(),
                reply.isEstimated(),
                PURPOSE,
                reply.providerRequestId().map(CleanText::of)));
    steps.finishModel(tx, hold, reply, charge, latency);
  }

  private void fail(Handle tx, Hold hold, String why, Duration latency) {
    gate.voidHold(tx, hold);
    steps.endModel(tx, hold, StepRecord.State.FAILED, why, latency);
  }

  private void loseCall(Handle tx, Hold hold, String why, Duration latency) {
    gate.loseHold(tx, hold, PURPOSE);
    steps.endModel(tx, hold, StepRecord.State.UNKNOWN, why, latency);
  }
}
