package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.billing.Booking;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.Resolution;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.function.BiConsumer;
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

  /// What an end user reads where no bot can say it.
  private static final String APOLOGY = "Sorry, I could not answer that. Please try again.";

  private final Jdbi jdbi;
  private final Bots bots;
  private final JdbcConversations conversations;
  private final JdbcTurns turns;
  private final JdbcSteps steps;
  private final ModelStep modelStep;
  private final ToolSteps toolSteps;
  private final ClaimedWrites writes;
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
      ClaimedWrites writes,
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
    this.writes = writes;
    this.gate = gate;
    this.rollups = rollups;
    this.signals = signals;
    this.clock = clock;
  }

  /// Answers the oldest waiting message of the claimed conversation.
  void answer(Claim claim) {
    if (claim.attempts() > CLAIMS_MAX) {
      giveUp(claim, apology(claim), "given up: it broke off " + CLAIMS_MAX + " times");
      return;
    }
    var bot = bots.find(claim.team(), claim.bot());
    if (bot.isEmpty()) {
      giveUp(claim, APOLOGY, "the bot was deleted");
      return;
    }
    var turn = resume(claim, bot.get());
    while (!hasEnded(turn)) {}
  }

  /// One round of the loop: run the asked tools, reserve, call the model, settle. The last settle
  /// and the reply are one commit.
  private boolean hasEnded(TurnInProgress turn) {
    var unpaidTool = toolSteps.run(turn);
    if (unpaidTool.isPresent()) {
      return end(turn, Ending.refused(unpaidTool.get()));
    }
    if (turn.modelCalls() >= turn.bot().maxLoopIterations()) {
      return end(turn, Ending.of(StopReason.MAX_ITERATIONS));
    }
    if (turn.isOutOfTime()) {
      return end(turn, Ending.of(StopReason.TIMEOUT));
    }
    return switch (modelStep.run(turn)) {
      case ModelStep.Outcome.NotCalled(var ending) -> end(turn, ending);
      case ModelStep.Outcome.NoAnswer(var ending, var closing) -> end(turn, ending, closing);
      case ModelStep.Outcome.Again _ -> false;
      case ModelStep.Outcome.Answered(var reply, var closing) -> {
        turn.addReply(reply.text(), reply.toolCalls());
        if (wantsTools(reply)) {
          writes.write(turn.claim(), List.of(closing.resolution()), List.of(), closing.writing());
          yield false;
        }
        yield end(turn, Ending.of(reason(reply)), closing);
      }
    };
  }

  private boolean end(TurnInProgress turn, Ending ending) {
    return end(turn, ending, List.of(), (_, _) -> {});
  }

  private boolean end(TurnInProgress turn, Ending ending, ModelStep.Closing closing) {
    return end(turn, ending, List.of(closing.resolution()), closing.writing());
  }

  /// Ends the turn: what is still to be booked, the reply, its place in the outbox and the day's
  /// figures are one commit.
  private boolean end(
      TurnInProgress turn,
      Ending ending,
      List<Resolution> resolutions,
      BiConsumer<Handle, Booking.Booked> writing) {
    writes.write(
        turn.claim(),
        resolutions,
        List.of(),
        (tx, booked) -> {
          writing.accept(tx, booked);
          var day = clock.instant().atZone(turn.bot().zone()).toLocalDate();
          end(tx, turn.claim(), turn.turn(), ending, reply(turn, ending), day);
        });
    signals.ended(turn.turn());
    return true;
  }

  private void end(
      Handle tx, Claim claim, JdbcTurns.Waiting turn, Ending ending, String reply, LocalDate day) {
    var now = clock.instant();
    turns.end(tx, claim, turn, ending, reply, now);
    conversations.consumeTurn(tx, claim, now);
    rollups.addSent(tx, claim.team(), claim.bot(), day, ending.reason().isError());
  }

  /// Ends a turn without looking at its bot or its steps: they may be gone, or be what breaks it.
  private void giveUp(Claim claim, String reply, String problem) {
    var ended =
        jdbi.inTransaction(tx -> {
          conversations.requireClaim(tx, claim);
          var turn = turns.next(tx, claim).orElseThrow();
          loseOpenHolds(tx, claim, turn);
          var ending = Ending.problem(StopReason.PROVIDER_ERROR, problem);
          end(tx, claim, turn, ending, reply, turn.eventDay());
          return turn.id();
        });
    signals.ended(ended);
  }

  private String apology(Claim claim) {
    try {
      return bots.find(claim.team(), claim.bot()).map(BotSettings::fallbackMessage).orElse(APOLOGY);
    } catch (RuntimeException _) {
      return APOLOGY; // the bot cannot be read: that is why the turn is given up
    }
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
      loseOpenHolds(tx, claim, waiting);
      return turn;
    });
  }

  private void loseOpenHolds(Handle tx, Claim claim, JdbcTurns.Waiting turn) {
    gate.openHolds(tx, claim.team(), turn.id()).forEach(hold -> modelStep.lose(tx, hold));
  }

  /// A reply that was cut may carry half a tool call: it is not run.
  private static boolean wantsTools(ModelReply.Answered reply) {
    return !reply.toolCalls().isEmpty() && reply.finish() != ModelReply.Finish.LENGTH;
  }

  private static StopReason reason(ModelReply.Answered reply) {
    return switch (reply.finish()) {
      case LENGTH -> StopReason.MAX_TOKENS;
      case STOP, TOOL_CALLS, CONTENT_FILTER -> StopReason.COMPLETED;
      case CUT -> StopReason.PROVIDER_ERROR;
    };
  }

  /// What the end user reads: never silence.
  private static String reply(TurnInProgress turn, Ending ending) {
    return switch (ending.reason()) {
      case SPENDING_CAP, INSUFFICIENT_BALANCE, PLAN_QUOTA, MESSAGE_BUDGET ->
          turn.bot().limitMessage();
      case PROVIDER_ERROR, NO_PRICE -> turn.bot().fallbackMessage();
      case COMPLETED, MAX_TOKENS, MAX_ITERATIONS, TIMEOUT ->
          turn.bestText().isBlank() ? turn.bot().fallbackMessage() : turn.bestText();
    };
  }
}
