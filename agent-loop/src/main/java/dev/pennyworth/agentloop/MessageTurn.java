package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.Resolution;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The life of a message, from the moment that a worker has claimed its conversation to the reply
/// in the outbox. ([JdbcInbox] is what comes before, a connector's sender what comes after.)
///
/// Every transaction begins with [JdbcConversations#requireClaim]: a worker that was overtaken
/// writes nothing. No connection is held while a model or a tool is at work. A turn that dies at
/// any point is found in the queue again and goes on from its last stored step; so does one that
/// was parked, once there is room for its next step.
final class MessageTurn {
  /// More claims than this without an end, and the message is given up with an apology.
  private static final int CLAIMS_MAX = 5;

  /// What an end user reads where no bot can say it.
  private static final String APOLOGY = "Sorry, I could not answer that. Please try again.";

  private final Jdbi jdbi;
  private final Bots bots;
  private final JdbcConversations conversations;
  private final JdbcTurns turns;
  private final JdbcParkedTurns parkedTurns;
  private final JdbcResets resets;
  private final TurnAssembly assembly;
  private final ModelStep modelStep;
  private final ToolSteps toolSteps;
  private final ClaimedWrites writes;
  private final JdbcRollups rollups;
  private final TurnSignals signals;
  private final InstantSource clock;

  MessageTurn(
      Jdbi jdbi,
      Bots bots,
      JdbcConversations conversations,
      JdbcTurns turns,
      JdbcParkedTurns parkedTurns,
      JdbcResets resets,
      TurnAssembly assembly,
      ModelStep modelStep,
      ToolSteps toolSteps,
      ClaimedWrites writes,
      JdbcRollups rollups,
      TurnSignals signals,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.bots = bots;
    this.conversations = conversations;
    this.turns = turns;
    this.parkedTurns = parkedTurns;
    this.resets = resets;
    this.assembly = assembly;
    this.modelStep = modelStep;
    this.toolSteps = toolSteps;
    this.writes = writes;
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
    var assembled = assembly.of(claim, bot.get());
    assembled.merged().forEach(signals::ended);
    var turn = assembled.turn();
    if (assembled.verdict().isPresent()) {
      stop(turn, assembled.verdict().get());
      return;
    }
    while (!hasEnded(turn)) {}
  }

  /// One round of the loop: run the asked tools, reserve, call the model, settle. The last settle
  /// and the reply are one commit.
  private boolean hasEnded(TurnInProgress turn) {
    if (turn.folding().isPresent()) {
      return hasEndedFolding(turn, turn.folding().get());
    }
    var unpaidTool = toolSteps.run(turn);
    if (unpaidTool.isPresent()) {
      return stop(turn, unpaidTool.get());
    }
    if (turn.modelCalls() >= turn.bot().maxLoopIterations()) {
      return end(turn, Ending.of(StopReason.MAX_ITERATIONS));
    }
    if (turn.isOutOfTime()) {
      return end(turn, Ending.of(StopReason.TIMEOUT));
    }
    return switch (modelStep.run(turn, turn.answer())) {
      case ModelStep.Outcome.NotCalled(var ending) -> stop(turn, ending);
      case ModelStep.Outcome.NoAnswer(var ending, var closing) -> end(turn, ending, closing);
      case ModelStep.Outcome.Again _ -> false;
      case ModelStep.Outcome.Answered(var reply, var closing) -> {
        turn.addReply(reply.text(), reply.toolCalls());
        if (wantsTools(reply)) {
          write(turn, closing);
          yield false;
        }
        yield end(turn, ending(turn, reply), closing);
      }
    };
  }

  /// Summarises what is too old for the context, as a step of its own. If that fails, the message
  /// is answered without it.
  private boolean hasEndedFolding(TurnInProgress turn, Folding folding) {
    switch (modelStep.run(turn, folding.job(turn.bot()))) {
      case ModelStep.Outcome.NotCalled(var ending) when ending.canGoOn() -> {
        return stop(turn, ending);
      }
      case ModelStep.Outcome.NotCalled _ -> turn.dropFolding();
      case ModelStep.Outcome.NoAnswer(_, var closing) -> {
        write(turn, closing);
        turn.dropFolding();
        turn.endSummaryStep();
      }
      case ModelStep.Outcome.Again _ -> {
        turn.dropFolding();
        turn.endSummaryStep();
      }
      case ModelStep.Outcome.Answered(var reply, var closing) -> {
        // A model that thought until its tokens were used up says nothing: better the old summary.
        var summary = reply.text().isBlank() ? folding.summary() : reply.text();
        writes.write(
            turn.claim(),
            List.of(closing.resolution()),
            List.of(),
            (tx, booked) -> {
              closing.writing().accept(tx, booked);
              assembly.remember(tx, turn, summary);
            });
        turn.addSummary(summary);
      }
    }
    return false;
  }

  /// Ends the turn, or parks it if it can go on later and its bot wants that.
  private boolean stop(TurnInProgress turn, Ending ending) {
    boolean isParked =
        ending.canGoOn()
            && !turn.turn().isGivenUp()
            && !isTooOld(turn)
            && (turn.bot().parksOnLimit() || ending.reason() == StopReason.AWAITING_APPROVAL);
    return isParked ? park(turn, ending) : end(turn, ending);
  }

  private boolean isTooOld(TurnInProgress turn) {
    return turn.turn().parkedAt().map(at -> JdbcParking.isTooOld(at, clock)).orElse(false);
  }

  /// Takes the turn out of the queue, with its steps as they are. The end user hears nothing yet.
  private boolean park(TurnInProgress turn, Ending ending) {
    var now = clock.instant();
    writes.write(
        turn.claim(),
        List.of(),
        List.of(),
        (tx, _) -> {
          parkedTurns.park(tx, turn.claim(), turn.turn(), ending, now);
          conversations.consumeTurn(tx, turn.claim(), now);
        });
    signals.ended(turn.turn().id());
    return true;
  }

  private void write(TurnInProgress turn, ModelStep.Closing closing) {
    writes.write(turn.claim(), List.of(closing.resolution()), List.of(), closing.writing());
  }

  private boolean end(TurnInProgress turn, Ending ending) {
    return end(turn, ending, Optional.empty());
  }

  private boolean end(TurnInProgress turn, Ending ending, ModelStep.Closing closing) {
    return end(turn, ending, Optional.of(closing));
  }

  /// Ends the turn: what is still to be booked, the reply, its place in the outbox and the day's
  /// figures are one commit.
  private boolean end(TurnInProgress turn, Ending ending, Optional<ModelStep.Closing> closing) {
    List<Resolution> resolutions = closing.map(ModelStep.Closing::resolution).stream().toList();
    writes.write(
        turn.claim(),
        resolutions,
        List.of(),
        (tx, booked) -> {
          closing.ifPresent(one -> one.writing().accept(tx, booked));
          var day = clock.instant().atZone(turn.bot().zone()).toLocalDate();
          end(tx, turn.claim(), turn.turn(), ending, Reply.of(turn, ending), day);
        });
    signals.ended(turn.turn());
    return true;
  }

  private void end(
      Handle tx, Claim claim, JdbcTurns.Waiting turn, Ending ending, String reply, LocalDate day) {
    var now = clock.instant();
    turns.end(tx, claim, turn, ending, reply, now);
    conversations.consumeTurn(tx, claim, now);
    if (turn.command().filter(Command.RESET::equals).isPresent()) {
      resets.reset(tx, claim, turn.seq(), now);
    }
    rollups.addSent(tx, claim.team(), claim.bot(), day, ending.reason().isError());
  }

  /// Ends a turn without looking at its bot or its steps: they may be gone, or be what breaks it.
  private void giveUp(Claim claim, String reply, String problem) {
    var ended =
        jdbi.inTransaction(tx -> {
          conversations.requireClaim(tx, claim);
          var turn = turns.next(tx, claim).orElseThrow();
          assembly.loseOpenHolds(tx, claim, turn);
          var ending = Ending.problem(StopReason.PROVIDER_ERROR, problem);
          end(tx, claim, turn, ending, reply, turn.eventDay());
          return turn;
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

  /// A reply that was cut may carry half a tool call: it is not run.
  private static boolean wantsTools(ModelReply.Answered reply) {
    return !reply.toolCalls().isEmpty()
        && reply.finish() != ModelReply.Finish.LENGTH
        && reply.finish() != ModelReply.Finish.CUT;
  }

  private static Ending ending(TurnInProgress turn, ModelReply.Answered reply) {
    return switch (reply.finish()) {
      case LENGTH -> Ending.of(StopReason.MAX_TOKENS);
      case STOP, TOOL_CALLS, CONTENT_FILTER -> Ending.of(StopReason.COMPLETED);
      case CUT -> turn.isOutOfTime() ? Ending.of(StopReason.TIMEOUT) : Ending.cut(reply.text());
    };
  }
}
