package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.billing.BudgetState;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.TurnId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Puts a turn together from what is stored: its message, what the model may remember, and the
/// steps that are finished already.
final class TurnAssembly {
  private final Jdbi jdbi;
  private final JdbcConversations conversations;
  private final JdbcTurns turns;
  private final JdbcParkedTurns parkedTurns;
  private final JdbcBursts bursts;
  private final JdbcSummaries summaries;
  private final JdbcSteps steps;
  private final ModelStep modelStep;
  private final JdbcGate gate;
  private final JdbcBudgets budgets;
  private final InstantSource clock;

  TurnAssembly(
      Jdbi jdbi,
      JdbcConversations conversations,
      JdbcTurns turns,
      JdbcParkedTurns parkedTurns,
      JdbcBursts bursts,
      JdbcSummaries summaries,
      JdbcSteps steps,
      ModelStep modelStep,
      JdbcGate gate,
      JdbcBudgets budgets,
      InstantSource clock) {
    this.jdbi = jdbi;
    this.conversations = conversations;
    this.turns = turns;
    this.parkedTurns = parkedTurns;
    this.bursts = bursts;
    this.summaries = summaries;
    this.steps = steps;
    this.modelStep = modelStep;
    this.gate = gate;
    this.budgets = budgets;
    this.clock = clock;
  }

  /// A turn that may begin or go on.
  ///
  /// @param merged turns that are answered with it
  /// @param verdict how it ends or why it waits, if that is clear before any step
  record Assembled(TurnInProgress turn, List<TurnId> merged, Optional<Ending> verdict) {}

  /// The oldest waiting turn of the claimed conversation. A model call that was started and never
  /// answered is the house's loss.
  Assembled of(Claim claim, BotSettings bot) {
    long startedNanos = System.nanoTime();
    return jdbi.inTransaction(tx -> {
      conversations.requireClaim(tx, claim);
      var merged = bot.mergesBursts() ? merge(tx, claim, bot) : List.<TurnId>of();
      var waiting = turns.next(tx, claim).orElseThrow();
      var turn = inProgress(tx, claim, bot, waiting, startedNanos);
      steps.load(tx, claim.team(), waiting.id()).forEach(turn::replay);
      loseOpenHolds(tx, claim, waiting);
      return new Assembled(turn, merged, verdict(tx, turn));
    });
  }

  private List<TurnId> merge(Handle tx, Claim claim, BotSettings bot) {
    var merged = bursts.merge(tx, claim, bot.conversationMaxMessages(), clock.instant());
    if (!merged.isEmpty()) {
      conversations.consumeMerged(tx, claim, merged.size());
    }
    return merged;
  }

  private TurnInProgress inProgress(
      Handle tx, Claim claim, BotSettings bot, JdbcTurns.Waiting waiting, long startedNanos) {
    if (waiting.supplied().isPresent()) {
      return supplied(tx, claim, bot, waiting, startedNanos);
    }
    var summary = summaries.find(tx, claim);
    var messages = summaries.messages(tx, claim, summary, waiting.seq());
    var context = new ArrayList<ChatMessage>();
    if (!summary.text().isBlank()) {
      context.add(Folding.asMessage(summary.text()));
    }
    messages.forEach(one -> context.add(one.message()));
    return new TurnInProgress(
        claim,
        bot,
        waiting,
        context,
        Folding.of(summary.text(), messages, bot.conversationMaxMessages()),
        Routing.answer(bot, waiting.text(), budgets(tx, bot)),
        gate.attempts(tx, claim.team(), waiting.id()),
        isToBeWelcomed(tx, claim, bot, waiting),
        startedNanos);
  }

  /// The first message of all may have been merged into a later one.
  private boolean isToBeWelcomed(
      Handle tx, Claim claim, BotSettings bot, JdbcTurns.Waiting waiting) {
    int firstMax = bot.mergesBursts() ? bot.conversationMaxMessages() : 1;
    return bot.welcomeMessage().isPresent()
        && waiting.seq() <= firstMax
        && turns.isFirstContact(tx, claim, waiting);
  }

  /// The caller keeps the conversation: what he gave of it is all that the model sees.
  private TurnInProgress supplied(
      Handle tx, Claim claim, BotSettings bot, JdbcTurns.Waiting waiting, long startedNanos) {
    return new TurnInProgress(
        claim,
        bot,
        waiting,
        waiting.supplied().orElseThrow().history(bot.conversationMaxMessages()),
        Optional.empty(),
        Routing.answer(bot, waiting.text(), budgets(tx, bot)),
        gate.attempts(tx, claim.team(), waiting.id()),
        false,
        startedNanos);
  }

  private List<BudgetState> budgets(Handle tx, BotSettings bot) {
    return bot.lightModel().isPresent() && bot.stepDownPercent().isPresent()
        ? budgets.states(tx, bot.team(), bot.bot(), bot.zone())
        : List.of();
  }

  /// What is clear before any step is made.
  private Optional<Ending> verdict(Handle tx, TurnInProgress turn) {
    var waiting = turn.turn();
    if (waiting.isGivenUp()) {
      return Optional.of(Ending.expired(waiting.parkedBy(), "the owner let it end"));
    }
    if (waiting.parkedAt().map(at -> JdbcParking.isTooOld(at, clock)).orElse(false)) {
      return Optional.of(
          Ending.expired(waiting.parkedBy(), "it was parked for too long, and expired"));
    }
    if (waiting.notice().isPresent()) {
      return waiting.notice().map(Ending::saying);
    }
    if (waiting.command().isPresent()) {
      return command(tx, turn, waiting.command().get());
    }
    return parkedTurns.inFront(tx, turn.claim(), waiting);
  }

  private Optional<Ending> command(Handle tx, TurnInProgress turn, Command command) {
    return switch (command) {
      case RESET -> Optional.of(Ending.saying("This is a new conversation."));
      case START ->
          turn.bot()
              .welcomeMessage()
              .filter(text -> !text.isBlank())
              .map(Ending::saying)
              .or(() -> Optional.of(Ending.saying("Hello! Write me a message.")));
      case COST ->
          turn.bot().costUsers().contains("*")
                  || turn.bot().costUsers().contains(turn.claim().endUserId())
              ? Optional.of(Ending.saying(cost(tx, turn)))
              : Optional.empty();
    };
  }

  private String cost(Handle tx, TurnInProgress turn) {
    return "This conversation has cost %s cents so far."
        .formatted(turns.conversationCost(tx, turn.claim()).toCents());
  }

  /// Keeps a new summary. Joins the caller's transaction, which holds the claim.
  void remember(Handle tx, TurnInProgress turn, String summary) {
    long upToSeq = turn.folding().orElseThrow().upToSeq();
    summaries.store(tx, turn.claim(), summary, upToSeq, clock.instant());
  }

  /// Joins the caller's transaction.
  void loseOpenHolds(Handle tx, Claim claim, JdbcTurns.Waiting turn) {
    gate.openHolds(tx, claim.team(), turn.id()).forEach(hold -> modelStep.lose(tx, hold));
  }
}
