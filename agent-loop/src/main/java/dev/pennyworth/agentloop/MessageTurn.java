package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcRollups;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The life of a message, from the moment that a worker has claimed its conversation to the reply
/// in the outbox. ([JdbcInbox] is what comes before, a connector's sender what comes after.)
///
/// Every transaction begins with [JdbcConversations#requireClaim]: a worker that was overtaken
/// writes nothing. No connection is held while a model or a tool is at work. A turn that dies at
/// any point is found in the queue again and goes on from its last stored step.
final class MessageTurn {
  /// More claims than this without an end, and the message is given up with an apology.
  private static final int CLAIMS_MAX = 5;

  private final Jdbi jdbi;
  private final Bots bots;
  private final JdbcConversations conversations;
  private final JdbcTurns turns;
  private final JdbcSteps steps;
  private final ModelStep modelStep;
  private final ToolSteps toolSteps;
  private final JdbcGate gate;
  private final JdbcRollups rollups;
  private final TurnSignals signals;
  private final InstantSource clock;

  MessageTurn(
      Jdbi jdbi,
      Bots bots,
      JdbcConversations conversations,
      JdbcTurns turns,
      JdbcSteps steps,
      ModelStep modelStep,
      ToolSteps toolSteps,
      JdbcGate gate,
      JdbcRollups rollups,
      TurnSignals signals,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.bots = bots;
    this.conversations = conversations;
    this.turns = turns;
    this.steps = steps;
    this.modelStep = modelStep;
    this.toolSteps = toolSteps;
    this.gate = gate;
    this.rollups = rollups;
    this.signals = signals;
    this.clock = clock;
  }

  /// Answers the oldest waiting message of the claimed conversation.
  void answer(Claim claim) {
    var bot = bots.find(claim.team(), claim.bot()).orElseThrow();
    var turn = resume(claim, bot);
    if (claim.attempts() > CLAIMS_MAX) {
      end(
          turn,
          Ending.problem(StopReason.PROVIDER_ERROR, "given up after several crashes"),
          MessageTurn::nothingToBook);
      return;
    }
    toolSteps.run(turn);
    while (!hasEnded(turn)) {
      toolSteps.run(turn);
    }
  }

  /// One round of the loop: reserve, call the model, settle. The last settle and the reply are one
  /// commit.
  private boolean hasEnded(TurnInProgress turn) {
    if (turn.modelCalls() >= turn.bot().maxLoopIterations()) {
      return end(turn, Ending.of(StopReason.MAX_ITERATIONS), MessageTurn::nothingToBook);
    }
    if (turn.isOutOfTime()) {
      return end(turn, Ending.of(StopReason.TIMEOUT), MessageTurn::nothingToBook);
    }
    return switch (modelStep.run(turn)) {
      case ModelStep.Outcome.NotCalled(var ending) -> end(turn, ending, MessageTurn::nothingToBook);
      case ModelStep.Outcome.NoAnswer(var ending, var resolve) -> end(turn, ending, resolve);
      case ModelStep.Outcome.Again _ -> false;
      case ModelStep.Outcome.Answered answered -> {
        if (wantsTools(answered.reply())) {
          inClaim(turn, answered.settle());
          turn.addReply(answered.reply().text(), answered.reply().toolCalls());
          yield false;
        }
        turn.addReply(answered.reply().text(), answered.reply().toolCalls());
        yield end(turn, Ending.of(reason(answered.reply())), answered.settle());
      }
    };
  }

  /// Ends the turn: what is still to be booked, the reply, its place in the outbox and the day's
  /// figures are one commit.
  private boolean end(TurnInProgress turn, Ending ending, Consumer<Handle> booking) {
    inClaim(
        turn,
        tx -> {
          var now = clock.instant();
          booking.accept(tx);
          turns.end(tx, turn.claim(), turn.turn(), ending, reply(turn, ending), now);
          conversations.consumeTurn(tx, turn.claim(), now);
          rollups.addSent(
              tx,
              turn.claim().team(),
              turn.claim().bot(),
              now.atZone(turn.bot().zone()).toLocalDate(),
              ending.reason().isError());
        });
    signals.ended(turn.turn().id());
    return true;
  }

  /// Puts the turn together from what is stored. A model call that was started and never answered
  /// is the house's loss.
  private TurnInProgress resume(Claim claim, BotSettings bot) {
    long startedNanos = System.nanoTime();
    return jdbi.inTransaction(tx -> {
      conversations.requireClaim(tx, claim);
      var waiting = turns.next(tx, claim).orElseThrow();
      var history = turns.history(tx, claim, waiting, bot.conversationMaxMessages());
      var turn = new TurnInProgress(claim, bot, waiting, history, startedNanos);
      steps.load(tx, claim.team(), waiting.id()).forEach(turn::replay);
      if (turn.attempts() > 0) {
        gate.openHold(tx, turn.attemptKey()).ifPresent(hold -> modelStep.lose(tx, hold));
      }
      return turn;
    });
  }

  private void inClaim(TurnInProgress turn, Consumer<Handle> writing) {
    jdbi.useTransaction(tx -> {
      conversations.requireClaim(tx, turn.claim());
      writing.accept(tx);
    });
  }

  private static void nothingToBook(Handle tx) {}

  /// A reply that was cut may carry half a tool call: it is not run.
  private static boolean wantsTools(ModelReply.Answered reply) {
    return !reply.toolCalls().isEmpty() && reply.finish() != ModelReply.Finish.LENGTH;
  }

  private static StopReason reason(ModelReply.Answered reply) {
    return switch (reply.finish()) {
      case LENGTH -> StopReason.MAX_TOKENS;
      case STOP, TOOL_CALLS, CONTENT_FILTER -> StopReason.COMPLETED;
    };
  }

  /// What the end user reads: never silence.
  private static String reply(TurnInProgress turn, Ending ending) {
    return switch (ending.reason()) {
      case SPENDING_CAP, INSUFFICIENT_BALANCE, MESSAGE_BUDGET -> turn.bot().limitMessage();
      case PROVIDER_ERROR, NO_PRICE -> turn.bot().fallbackMessage();
      case COMPLETED, MAX_TOKENS, MAX_ITERATIONS, TIMEOUT ->
          turn.bestText().isBlank() ? turn.bot().fallbackMessage() : turn.bestText();
    };
  }
}
