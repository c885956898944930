package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.BuiltinModel;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection;
import dev.pennyworth.agentloop.model.HttpOpenAiModel;
import dev.pennyworth.agentloop.model.ModelClient;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.JdbcToolPrices;
import dev.pennyworth.billing.JdbcTrials;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final TurnSignals turnSignals = new TurnSignals(callbackSignal);

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

  @Singleton
  public JdbcErasure erasure(Jdbi jdbi, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcErasure(jdbi, clock, ids);
  }

  @Singleton
  @Bean(preDestroy = "close")
  public HttpOpenAiConnection openAiConnection() {
    return new HttpOpenAiConnection();
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  public Worker worker(
      Jdbi jdbi,
      Bots bots,
      JdbcGate gate,
      JdbcPrices prices,
      JdbcToolPrices toolPrices,
      JdbcRollups rollups,
      JdbcBudgets budgets,
      JdbcEvents events,
      HttpOpenAiConnection openAi,
      AgentLoopSettings settings,
      InstantSource clock,
      Supplier<UUID> ids) {
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var conversations = new JdbcConversations(jdbi, clock);
    var messageTurn =
        messageTurn(
            jdbi,
            bots,
            gate,
            prices,
            toolPrices,
            rollups,
            budgets,
            new JdbcParkedTurns(events),
            clients(openAi, settings),
            builtInTools(clock),
            new EndUserPseudonyms(settings.pseudonymKey()),
            threads,
            clock);
    return new Worker(
        ids.get(),
        new JdbcNodes(jdbi, clock),
        conversations,
        messageTurn,
        workSignal,
        threads,
        new SplittableRandom());
  }

  /// Lets parked turns go on.
  @Singleton
  public JdbcParking parking(
      Jdbi jdbi,
      Bots bots,
      JdbcPrices prices,
      JdbcTrials trials,
      JdbcEvents events,
      HttpOpenAiConnection openAi,
      AgentLoopSettings settings,
      InstantSource clock) {
    var pseudonyms = new EndUserPseudonyms(settings.pseudonymKey());
    return new JdbcParking(
        jdbi,
        new JdbcParkedTurns(events),
        bots,
        new StepPlanner(prices, clients(openAi, settings), builtInTools(clock), pseudonyms),
        pseudonyms,
        trials,
        workSignal,
        clock);
  }

  @Singleton
  public JdbcQuotes quotes(
      Jdbi jdbi,
      JdbcPrices prices,
      JdbcTrials trials,
      HttpOpenAiConnection openAi,
      AgentLoopSettings settings,
      InstantSource clock,
      Supplier<UUID> ids) {
    var planner =
        new StepPlanner(
            prices,
            clients(openAi, settings),
            builtInTools(clock),
            new EndUserPseudonyms(settings.pseudonymKey()));
    return new JdbcQuotes(jdbi, planner, trials, clock, ids);
  }

  private MessageTurn messageTurn(
      Jdbi jdbi,
      Bots bots,
      JdbcGate gate,
      JdbcPrices prices,
      JdbcToolPrices toolPrices,
      JdbcRollups rollups,
      JdbcBudgets budgets,
      JdbcParkedTurns parkedTurns,
      Map<String, ModelClient> clients,
      Toolboxes toolboxes,
      EndUserPseudonyms pseudonyms,
      ExecutorService threads,
      InstantSource clock) {
    var conversations = new JdbcConversations(jdbi, clock);
    var steps = new JdbcSteps();
    var writes = new ClaimedWrites(jdbi, conversations, gate, turnSignals);
    var planner = new StepPlanner(prices, clients, toolboxes, pseudonyms);
    var turns = new JdbcTurns();
    var modelStep = new ModelStep(writes, steps, gate, planner, turnSignals, clock);
    var assembly =
        new TurnAssembly(
            jdbi,
            conversations,
            turns,
            parkedTurns,
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
        assembly,
        modelStep,
        new ToolSteps(writes, steps, gate, toolPrices, toolboxes, pseudonyms, threads, clock),
        writes,
        rollups,
        turnSignals,
        clock);
  }

  private static Map<String, ModelClient> clients(
      HttpOpenAiConnection openAi, AgentLoopSettings settings) {
    return Map.of(
        "builtin", new BuiltinModel(),
        "openai", HttpOpenAiModel.openai(openAi, key(settings, "openai"), url(settings, "openai")),
        "groq", HttpOpenAiModel.groq(openAi, key(settings, "groq"), url(settings, "groq")),
        "custom", HttpOpenAiModel.custom(openAi, settings.allowsPrivateNetworks()));
  }

  private static Optional<SecretText> key(AgentLoopSettings settings, String provider) {
    return Optional.ofNullable(settings.providers().get(provider))
        .flatMap(AgentLoopSettings.Provider::apiKey);
  }

  private static Optional<URI> url(AgentLoopSettings settings, String provider) {
    return Optional.ofNullable(settings.providers().get(provider))
        .flatMap(AgentLoopSettings.Provider::baseUrl);
  }

  /// Until owners choose tools for a workspace, only the practice model gets one: a real model
  /// would be billed for its definition in every call, and some local servers refuse any.
  private static Toolboxes builtInTools(InstantSource clock) {
    var practice = new Toolbox(List.of(new CurrentTime(clock)));
    var none = new Toolbox(List.of());
    return bot -> bot.provider().equals("builtin") ? practice : none;
  }
}
