package dev.pennyworth.agentloop;

import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.JdbcToolPrices;
import dev.pennyworth.billing.JdbcTrials;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of the agent loop.
@Factory
public final class AgentLoopWiring {
  private final WorkSignal workSignal = new WorkSignal();
  private final WorkSignal callbackSignal = new WorkSignal();
  private final WorkSignal replySignal = new WorkSignal();
  private final TurnSignals turnSignals = new TurnSignals(callbackSignal, replySignal);

  @Singleton
  public JdbcInbox inbox(Jdbi jdbi, JdbcRollups rollups, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcInbox(jdbi, new JdbcRates(clock), rollups, workSignal, clock, ids);
  }

  @Singleton
  public JdbcTurnReports turnReports(Jdbi jdbi, InstantSource clock) {
    return new JdbcTurnReports(jdbi, turnSignals, clock);
  }

  /// Raised when a turn has ended here whose answer is to be posted to a callback.
  @Singleton
  @Named("callbacks")
  public WorkSignal callbackSignal() {
    return callbackSignal;
  }

  /// Raised when a turn has ended here whose reply goes out to a platform.
  @Singleton
  @Named("replies")
  public WorkSignal replySignal() {
    return replySignal;
  }

  @Singleton
  public JdbcErasure erasure(Jdbi jdbi, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcErasure(jdbi, clock, ids);
  }

  @Singleton
  NodeLease nodeLease(Supplier<UUID> ids) {
    return new NodeLease(ids.get());
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  Worker worker(
      Jdbi jdbi,
      Bots bots,
      JdbcGate gate,
      JdbcToolPrices toolPrices,
      JdbcRollups rollups,
      JdbcBudgets budgets,
      JdbcEvents events,
      StepPlanner planner,
      Toolboxes toolboxes,
      AgentLoopSettings settings,
      NodeLease lease,
      InstantSource clock,
      Supplier<UUID> ids) {
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var conversations = new JdbcConversations(jdbi, clock);
    var messageTurn =
        messageTurn(
            jdbi,
            bots,
            gate,
            toolPrices,
            rollups,
            budgets,
            new JdbcParkedTurns(events),
            new JdbcResets(ids),
            planner,
            toolboxes,
            new EndUserPseudonyms(settings.pseudonymKey()),
            threads,
            clock);
    return new Worker(
        lease,
        new JdbcNodes(jdbi, clock),
        conversations,
        messageTurn,
        workSignal,
        threads,
        new SplittableRandom());
  }

  /// Lets parked turns go on.
  @Singleton
  JdbcParking parking(
      Jdbi jdbi,
      Bots bots,
      JdbcTrials trials,
      JdbcEvents events,
      StepPlanner planner,
      AgentLoopSettings settings,
      InstantSource clock) {
    return new JdbcParking(
        jdbi,
        new JdbcParkedTurns(events),
        bots,
        planner,
        new EndUserPseudonyms(settings.pseudonymKey()),
        trials,
        workSignal,
        clock);
  }

  @Singleton
  JdbcQuotes quotes(
      Jdbi jdbi, StepPlanner planner, JdbcTrials trials, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcQuotes(jdbi, planner, trials, clock, ids);
  }

  private MessageTurn messageTurn(
      Jdbi jdbi,
      Bots bots,
      JdbcGate gate,
      JdbcToolPrices toolPrices,
      JdbcRollups rollups,
      JdbcBudgets budgets,
      JdbcParkedTurns parkedTurns,
      JdbcResets resets,
      StepPlanner planner,
      Toolboxes toolboxes,
      EndUserPseudonyms pseudonyms,
      ExecutorService threads,
      InstantSource clock) {
    var conversations = new JdbcConversations(jdbi, clock);
    var steps = new JdbcSteps();
    var writes = new ClaimedWrites(jdbi, conversations, gate, turnSignals);
    var turns = new JdbcTurns();
    var modelStep = new ModelStep(writes, steps, gate, planner, turnSignals, clock);
    var assembly =
        new TurnAssembly(
            jdbi,
            conversations,
            turns,
            parkedTurns,
            new JdbcBursts(),
            new JdbcSummaries(),
            steps,
            modelStep,
            gate,
            budgets,
            clock);
    return new MessageTurn(
        jdbi,
        bots,
        conversations,
        turns,
        parkedTurns,
        resets,
        assembly,
        modelStep,
        new ToolSteps(writes, steps, gate, toolPrices, toolboxes, pseudonyms, threads, clock),
        writes,
        rollups,
        turnSignals,
        clock);
  }
}
