package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.BuiltinModel;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection;
import dev.pennyworth.agentloop.model.HttpOpenAiModel;
import dev.pennyworth.agentloop.model.ModelClient;
import dev.pennyworth.agentloop.tools.Calculator;
import dev.pennyworth.agentloop.tools.CurrentTime;
import dev.pennyworth.agentloop.tools.HttpMcpClient;
import dev.pennyworth.agentloop.tools.HttpToolConnection;
import dev.pennyworth.agentloop.tools.JdbcNotes;
import dev.pennyworth.agentloop.tools.McpListings;
import dev.pennyworth.agentloop.tools.OfferedTools;
import dev.pennyworth.agentloop.tools.Recall;
import dev.pennyworth.agentloop.tools.Remember;
import dev.pennyworth.agentloop.tools.SchemaCheck;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.JdbcToolPrices;
import dev.pennyworth.billing.JdbcTrials;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
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
import org.jspecify.annotations.Nullable;

/// The object graph of the agent loop.
@Factory
public final class AgentLoopWiring {
  private final WorkSignal workSignal = new WorkSignal();
  private final TurnSignals turnSignals = new TurnSignals();

  @Singleton
  public JdbcInbox inbox(Jdbi jdbi, JdbcRollups rollups, InstantSource clock, Supplier<UUID> ids) {
    return new JdbcInbox(jdbi, new JdbcRates(clock), rollups, workSignal, clock, ids);
  }

  @Singleton
  public JdbcTurnReports turnReports(Jdbi jdbi, InstantSource clock) {
    return new JdbcTurnReports(jdbi, turnSignals, clock);
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

  @Singleton
  @Bean(preDestroy = "close")
  public HttpToolConnection toolConnection(AgentLoopSettings settings) {
    return new HttpToolConnection(settings.allowsPrivateNetworks());
  }

  @Singleton
  public HttpMcpClient mcpClient(HttpToolConnection http, InstantSource clock) {
    return new HttpMcpClient(http, clock);
  }

  @Singleton
  public McpCatalogue mcpCatalogue(HttpMcpClient client, InstantSource clock) {
    return new McpListings(client, clock);
  }

  /// @param workspaces without them, bots have no tools but those that are built in
  @Singleton
  Toolboxes toolboxes(
      @Nullable Workspaces workspaces,
      McpCatalogue catalogue,
      HttpMcpClient mcp,
      HttpToolConnection http,
      Jdbi jdbi,
      InstantSource clock) {
    var notes = new JdbcNotes(jdbi, clock);
    var builtIn =
        List.of(new CurrentTime(clock), new Calculator(), new Remember(notes), new Recall(notes));
    var offered =
        new OfferedTools(
            workspaces == null ? (_, _) -> WorkspaceTools.NONE : workspaces,
            catalogue,
            mcp,
            http,
            builtIn,
            Executors.newVirtualThreadPerTaskExecutor());
    var schemas = new SchemaCheck();
    return bot -> new Toolbox(offered.of(bot), schemas);
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
      Toolboxes toolboxes,
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
            toolboxes,
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
    Toolboxes noTools = _ -> new Toolbox(List.of(), new SchemaCheck()); // it plans no call
    return new JdbcParking(
        jdbi,
        new JdbcParkedTurns(events),
        bots,
        new StepPlanner(prices, clients(openAi, settings), noTools, pseudonyms),
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
      Toolboxes toolboxes,
      AgentLoopSettings settings,
      InstantSource clock,
      Supplier<UUID> ids) {
    var planner =
        new StepPlanner(
            prices,
            clients(openAi, settings),
            toolboxes,
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
    var writes = new ClaimedWrites(jdbi, conversations, gate);
    var planner = new StepPlanner(prices, clients, toolboxes, pseudonyms);
    var turns = new JdbcTurns();
    var modelStep = new ModelStep(writes, steps, gate, planner, clock);
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
}
