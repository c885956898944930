package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.pennyworth.agentloop.model.HttpAnthropicConnection;
import dev.pennyworth.agentloop.model.HttpGeminiConnection;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.BillingWiring;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcLedger;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.billing.JdbcProof;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.PriceSettings;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;

/// The agent loop on a real database: one team with $5.00, a stub of all vendors, and as many nodes
/// as a test starts. What a test looks up itself goes past the nodes' pools.
final class TestingAgentLoop implements AutoCloseable {
  static final String FALLBACK_MESSAGE = "That went wrong.";
  static final String LIMIT_MESSAGE = "Enough for today.";

  private static final int CONNECTIONS_MAX = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final TestingDatabase database = TestingDatabase.create();
  final TestingOpenAiServer models = new TestingOpenAiServer();
  final HttpLocalServers localServers = new HttpLocalServers();
  final TestingBots bots = new TestingBots();
  final TestingWorkspaces workspaces = new TestingWorkspaces();
  final TeamId team = new TeamId(UUID.randomUUID());
  final Jdbi jdbi;
  final JdbcGate gate;
  final JdbcPrices prices;
  private final JdbcBudgets budgets;
  private final JdbcProof proof;
  private final AtomicReference<Duration> skipped = new AtomicReference<>(Duration.ZERO);
  private final List<Node> nodes = new ArrayList<>();
  private final HikariDataSource elsewhere = new HikariDataSource();
  private final HttpOpenAiConnection openAi = new HttpOpenAiConnection();
  private final HttpAnthropicConnection anthropic = new HttpAnthropicConnection();
  private final HttpGeminiConnection gemini = new HttpGeminiConnection(models.baseUrl());
  private final TestingToolboxes toolboxes;

  TestingAgentLoop() {
    this(McpPrograms.none());
  }

  /// @param programs MCP servers of the operator's, who is the team
  TestingAgentLoop(McpPrograms programs) {
    toolboxes = new TestingToolboxes(workspaces, programs, team::equals);
    var billing = new BillingWiring();
    jdbi = billing.jdbi(database.dataSource());
    budgets = billing.budgets(clock(Duration.ZERO));
    proof = billing.proof(jdbi);
    var ledger = billing.ledger(jdbi, clock(Duration.ZERO));
    prices = billing.prices(jdbi, clock(Duration.ZERO));
    gate = gate(billing, jdbi, prices, ledger, clock(Duration.ZERO));
    jdbi.useTransaction(tx -> {
      tx.execute(
          "INSERT INTO team (team_id, name, created_at) VALUES (?, 'a team', now())", team.uuid());
      billing.wallets(jdbi, ledger).openWithFreeCredit(tx, team);
    });
  }

  private static JdbcGate gate(
      BillingWiring billing, Jdbi jdbi, JdbcPrices prices, JdbcLedger ledger, InstantSource clock) {
    var plans = billing.plans(jdbi, ledger, billing.events(clock, () -> {}), clock);
    return billing.gate(jdbi, prices, plans, clock);
  }

  private AgentLoopSettings.Provider provider() {
    return new AgentLoopSettings.Provider(
        Optional.of(new SecretText("sk-of-the-operator")), Optional.of(models.baseUrl()));
  }

  private InstantSource clock(Duration ahead) {
    return () -> Instant.now().plus(skipped.get()).plus(ahead).truncatedTo(ChronoUnit.MICROS);
  }

  /// Moves the clock of all nodes.
  void skip(Duration duration) {
    skipped.updateAndGet(duration::plus);
  }

  /// A bot that calls gpt-4o-mini at the team's expense.
  ///
  /// @param tokensMax output tokens per model call
  BotSettings newBot(int tokensMax, Map<LimitKind, NanoUsd> limits) {
    return newBot("openai", "gpt-4o-mini", BillingMode.WALLET, tokensMax, limits);
  }

  /// A bot of the practice model that is free, and may call tools.
  BotSettings newFreeBot(BillingMode mode, Map<LimitKind, NanoUsd> limits) {
    return newBot("builtin", "pennyworth-free", mode, 1_000, limits);
  }

  BotSettings newBot(
      String provider,
      String model,
      BillingMode mode,
      int tokensMax,
      Map<LimitKind, NanoUsd> limits) {
    var bot =
        new BotSettings(
            team,
            new BotId(UUID.randomUUID()),
            Optional.empty(),
            "Be brief.",
            provider,
            model,
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            mode,
            10,
            tokensMax,
            Duration.ofSeconds(30),
            20,
            Duration.ofHours(24),
            20,
            FALLBACK_MESSAGE,
            LIMIT_MESSAGE,
            Optional.empty(),
            false,
            Optional.empty(),
            Set.of(),
            false,
            ZoneOffset.UTC);
    jdbi.useTransaction(tx -> {
      tx.execute(
          """
          INSERT INTO bot
            (team_id, bot_id, slug, platform, status, settings, created_at, updated_at)
          VALUES (?, ?, ?, 'custom', 'active', '{}', now(), now())
          """,
          team.uuid(),
          bot.bot().uuid(),
          bot.bot().toString());
      budgets.setLimits(tx, team, bot.bot(), limits);
    });
    bots.put(bot);
    return bot;
  }

  BotSettings newBot() {
    return newBot(1_000, Map.of());
  }

  /// The bot with other settings, from its next turn on.
  ///
  /// @param changes the new values by the names of [BotSettings]
  BotSettings change(BotSettings bot, Map<String, Object> changes) {
    var changed = TestingBots.with(bot, changes);
    bots.put(changed);
    return changed;
  }

  void setLimits(BotSettings bot, Map<LimitKind, NanoUsd> limits) {
    jdbi.useTransaction(tx -> budgets.setLimits(tx, team, bot.bot(), limits));
  }

  /// Lets parked turns go on that can, as the program does every second.
  JdbcParking parking() {
    var billing = new BillingWiring();
    var clock = clock(Duration.ZERO);
    var ledger = billing.ledger(jdbi, clock);
    var plans = billing.plans(jdbi, ledger, billing.events(clock, () -> {}), clock);
    return new AgentLoopWiring()
        .parking(
            jdbi,
            bots,
            billing.trials(jdbi, gate, plans),
            billing.events(clock, () -> {}),
            planner(prices, toolboxes.of(jdbi, clock)),
            settings(),
            clock);
  }

  private StepPlanner planner(JdbcPrices prices, Toolboxes toolboxes) {
    return new ModelsWiring()
        .planner(
            prices,
            openAi,
            anthropic,
            gemini,
            new LocalModels(localServers, team::equals),
            toolboxes,
            settings());
  }

  private AgentLoopSettings settings() {
    var all = Map.of("openai", provider(), "anthropic", provider(), "gemini", provider());
    return new AgentLoopSettings(true, all, new SecretText("of the installation"));
  }

  /// As if the process died after the tools ran and before their results were stored.
  void breakToolResults() {
    jdbi.useHandle(handle ->
        handle
            .createScript(
                """
                CREATE TABLE testing_broken AS SELECT 1 AS one;
                CREATE FUNCTION testing_break() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  IF EXISTS (SELECT FROM testing_broken) THEN
                    RAISE EXCEPTION 'the test wanted this to break';
                  END IF;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER testing_break BEFORE UPDATE ON step FOR EACH ROW
                  WHEN (NEW.kind = 'tool' AND NEW.state = 'done')
                  EXECUTE FUNCTION testing_break();
                """)
            .execute());
  }

  /// Publishes the operator's price file.
  void price(Path file) {
    var billing = new BillingWiring();
    var clock = clock(Duration.ZERO);
    billing
        .operatorPrices(jdbi, billing.toolPrices(jdbi, clock), new PriceSettings(file), clock)
        .load();
  }

  /// A message on a channel, which is a conversation of its own.
  InboundMessage message(BotSettings bot, String channel, String event, String text) {
    return new InboundMessage(
        team, bot.bot(), "custom", event, channel, "user of " + channel, Optional.empty(), text);
  }

  /// Accepts messages while no process works.
  JdbcInbox inbox() {
    return new AgentLoopWiring()
        .inbox(jdbi, new BillingWiring().rollups(), clock(Duration.ZERO), UUID::randomUUID);
  }

  /// Tells of turns in a process where none of them runs.
  JdbcTurnReports reportsOfAnotherProcess() {
    elsewhere.setDataSource(database.dataSource());
    elsewhere.setMaximumPoolSize(CONNECTIONS_MAX);
    return new AgentLoopWiring()
        .turnReports(new BillingWiring().jdbi(elsewhere), clock(Duration.ZERO));
  }

  /// Starts a process.
  Node start() {
    return start(Duration.ZERO);
  }

  /// Starts a process whose clock is ahead of the others'. More than 8 s, and it takes all others
  /// for dead; more than 75 s, and it takes their leases for expired.
  Node start(Duration ahead) {
    var node = new Node(clock(ahead));
    nodes.add(node);
    return node;
  }

  /// A process at work on the database: a pool, an inbox and a worker of its own.
  final class Node implements AutoCloseable {
    final HikariDataSource pool = new HikariDataSource();
    private final JdbcInbox inbox;
    private final JdbcTurnReports reports;
    private final Worker worker;
    private boolean isClosed;

    private Node(InstantSource clock) {
      pool.setDataSource(database.dataSource());
      pool.setMaximumPoolSize(CONNECTIONS_MAX);
      var billing = new BillingWiring();
      var ofPool = billing.jdbi(pool);
      var prices = billing.prices(ofPool, clock);
      var ledger = billing.ledger(ofPool, clock);
      var rollups = billing.rollups();
      var wiring = new AgentLoopWiring();
      var tools = toolboxes.of(ofPool, clock);
      inbox = wiring.inbox(ofPool, rollups, clock, UUID::randomUUID);
      reports = wiring.turnReports(ofPool, clock);
      worker =
          wiring.worker(
              ofPool,
              bots,
              gate(billing, ofPool, prices, ledger, clock),
              billing.toolPrices(ofPool, clock),
              rollups,
              billing.budgets(clock),
              billing.events(clock, () -> {}),
              planner(prices, tools),
              tools,
              settings(),
              wiring.nodeLease(UUID::randomUUID),
              clock,
              UUID::randomUUID);
      worker.start(false);
    }

    /// Accepts a message that must be new.
    TurnId accept(InboundMessage message) {
      return switch (offer(message)) {
        case Acceptance.Accepted(var turn, _) -> turn;
        case Acceptance.Duplicate(var turn) -> throw new AssertionError(turn + " is known");
        case Acceptance.RateLimited(var rate) -> throw new AssertionError(rate.toString());
      };
    }

    Acceptance offer(InboundMessage message) {
      return inbox.accept(message, bots.known(message.bot()), List.of());
    }

    /// Waits until a turn has ended, wherever it runs.
    TurnReport await(TurnId turn) {
      try {
        var report = reports.await(team, turn, PATIENCE).orElseThrow();
        assertThat(report.hasEnded()).as("%s has ended", turn).isTrue();
        return report;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /// Watches a turn of the team.
    JdbcTurnWatch watch(TurnId turn) {
      return reports.watch(team, turn);
    }

    TurnReport ask(InboundMessage message) {
      return await(accept(message));
    }

    /// As by `kill -9`, seen from the database: from now on it hears nothing from this process.
    void die() {
      pool.close();
    }

    /// Lets running turns end. Safe to repeat.
    @Override
    public void close() {
      if (!isClosed) {
        isClosed = true;
        worker.close();
        pool.close();
      }
    }
  }

  /// A figure from the database.
  long figure(String sql, Object... arguments) {
    return jdbi.withHandle(
        handle -> handle.select(sql, arguments).mapTo(Long.class).one().longValue());
  }

  /// The books agree, nothing is held, and each accepted message has one outcome: an end, a reply,
  /// a place in the outbox, and no more than one charge for a step.
  void assertAllIsSettled() {
    assertThat(proof.prove(team).firstMismatch()).isEmpty();
    TestingOutcomes.assertOneForEachMessage(this);
  }

  @Override
  public void close() {
    models.close();
    localServers.close();
    nodes.forEach(Node::close);
    openAi.close();
    anthropic.close();
    gemini.close();
    toolboxes.close();
    elsewhere.close();
    database.close();
  }
}
