package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.agentloop.McpPrograms.Program;
import dev.pennyworth.agentloop.OperatorTeams;
import dev.pennyworth.billing.TeamId;
import io.modelcontextprotocol.client.McpSyncClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Speaks the Model Context Protocol with programs on this machine, which the operator set up and
/// only his own team may use.
///
/// Of each there is one process, started when it is first asked, shared by all who ask, and ended
/// when nobody has for some minutes. One that broke is started again by the next who asks.
public final class ProcessMcpClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessMcpClient.class);

  /// For programs that are fetched from a registry before they run.
  private static final Duration START_MAX = Duration.ofSeconds(60);

  private static final Duration IDLE_MAX = Duration.ofMinutes(10);
  private static final int LOOKS_PER_IDLE_TIME = 10;

  private final McpPrograms programs;
  private final OperatorTeams operators;
  private final Duration startMax;
  private final Duration idleMax;
  private final ScheduledExecutorService cleaner;

  /// By name, those that take questions.
  private final Map<String, ProcessMcpServer> open = new HashMap<>();

  /// All processes: also those that are left to answer what they were asked.
  private final Set<ProcessMcpServer> running = new HashSet<>();

  private boolean isClosed;

  public ProcessMcpClient(McpPrograms programs, OperatorTeams operators) {
    this(programs, operators, START_MAX, IDLE_MAX);
  }

  ProcessMcpClient(
      McpPrograms programs, OperatorTeams operators, Duration startMax, Duration idleMax) {
    this.programs = programs;
    this.operators = operators;
    this.startMax = startMax;
    this.idleMax = idleMax;
    cleaner =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("mcp-idle").factory());
    long lookMillis = Math.max(idleMax.toMillis() / LOOKS_PER_IDLE_TIME, 1);
    var _ =
        cleaner.scheduleWithFixedDelay(
            this::closeIdle, lookMillis, lookMillis, TimeUnit.MILLISECONDS);
    programs.byName().values().stream()
        .filter(program -> !ProcessMcpPipe.isThere(program, programs.folder()))
        .forEach(program ->
            LOG.warn(
                "the MCP server {} cannot be started: there is no program {}",
                program.name(),
                program.command()));
  }

  /// Asks a program, and blocks until it has answered or `timeout` has passed.
  ///
  /// @param team whose the server is
  /// @throws NoAnswer also if the team may not use programs, and in the same words if there is no
  ///   program of the name
  <T> T ask(TeamId team, String name, Function<McpSyncClient, T> question, Duration timeout)
      throws McpRefused, NoAnswer {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    var program = programs.byName().get(name);
    if (program == null || !operators.isOperators(team)) {
      throw new NoAnswer("The operator has set up no such program for this team.", false);
    }
    var server = enter(program);
    try {
      return server.ask(question, deadlineNanos);
    } finally {
      server.leave();
    }
  }

  private ProcessMcpServer enter(Program program) throws NoAnswer {
    synchronized (running) {
      if (isClosed) {
        throw new NoAnswer("This node is stopping.", false);
      }
      var known = open.get(program.name());
      if (known != null && known.enter()) {
        return known;
      }
      try {
        var started = new ProcessMcpServer(program, programs.folder(), startMax);
        boolean _ = started.enter();
        open.put(program.name(), started);
        boolean _ = running.add(started);
        return started;
      } catch (IOException e) {
        LOG.warn("the MCP server {} cannot be started", program.name(), e);
        throw new NoAnswer("Its program cannot be started; the log says why.", false, e);
      }
    }
  }

  private void closeIdle() {
    var idle = new ArrayList<ProcessMcpServer>();
    synchronized (running) {
      running.stream().filter(server -> server.isDone(idleMax)).forEach(idle::add);
      idle.forEach(running::remove);
    }
    idle.forEach(ProcessMcpServer::close);
  }

  /// Ends all programs.
  @Override
  public void close() {
    List<ProcessMcpServer> all;
    synchronized (running) {
      isClosed = true;
      all = List.copyOf(running);
      running.clear();
    }
    cleaner.shutdownNow();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      all.forEach(server -> threads.execute(server::close));
    }
  }
}
