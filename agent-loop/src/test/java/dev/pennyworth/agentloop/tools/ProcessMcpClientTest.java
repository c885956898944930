package dev.pennyworth.agentloop.tools;

import static dev.pennyworth.agentloop.tools.TestingMcpServer.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A program that is an MCP server, from its start to its end, where it behaves and where not.
class ProcessMcpClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final long SLOW_START_MILLIS = 2_500;
  private static final String SECRET = "s3cret-of-the-stub";

  @TempDir private Path folder;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final HttpToolConnection http = new HttpToolConnection(true);
  private final AtomicReference<Duration> idleMax = new AtomicReference<>(Duration.ofMinutes(10));
  private final AtomicReference<ProcessMcpClient> made = new AtomicReference<>();

  @AfterEach
  void close() {
    client().close();
    http.close();
    threads.close();
  }

  private ProcessMcpClient client() {
    var known = made.get();
    if (known != null) {
      return known;
    }
    var programs =
        List.of(
            program("stub", 0, Map.of("STUB_KEY", SECRET)),
            program("slow", SLOW_START_MILLIS, Map.of()),
            new McpPrograms.Program("gone", "no-such-program-anywhere", List.of(), Map.of()));
    var byName =
        programs.stream().collect(Collectors.toMap(McpPrograms.Program::name, program -> program));
    var client =
        new ProcessMcpClient(
            new McpPrograms(byName, folder.resolve("mcp")),
            TestingContexts.TEAM::equals,
            START_MAX,
            idleMax.get());
    made.set(client);
    return client;
  }

  private static McpPrograms.Program program(
      String name, long startMillis, Map<String, String> environment) {
    var secrets =
        environment.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, one -> new SecretText(one.getValue())));
    return new McpPrograms.Program(
        name, TestingMcpProgram.java(), TestingMcpProgram.arguments(startMillis), secrets);
  }

  private McpConnections connections() {
    return new McpConnections(new HttpMcpClient(http, now::get), client());
  }

  private static McpServer server(TeamId team, String program) {
    return new McpServer(
        team, new UUID(9, 9), "local", URI.create("stdio:" + program), Map.of(), Map.of());
  }

  private String call(ListedTool tool, String deed, Duration timeLeft) throws ToolFailed {
    return new McpTool(connections(), server(TestingContexts.TEAM, "stub"), tool, tool.name())
        .call("{\"do\":\"%s\"}".formatted(deed), TestingContexts.within(timeLeft))
        .text();
  }

  private String look(String deed) throws ToolFailed {
    return call(tool("look", true), deed, PATIENCE);
  }

  private ToolFailed failure(String toolName, String deed, Duration timeLeft) {
    return catchThrowableOfType(
        ToolFailed.class, () -> call(tool(toolName, toolName.equals("look")), deed, timeLeft));
  }

  private List<ListedTool> list(String program) throws McpUnavailable {
    return new McpListings(connections(), now::get).list(server(TestingContexts.TEAM, program));
  }

  private static ProcessHandle process(String said) {
    return ProcessHandle.of(Long.parseLong(said.substring(said.indexOf(' ') + 1))).orElseThrow();
  }

  private static void assertEnds(ProcessHandle process) throws InterruptedException {
    Eventually.holds("the process has ended", () -> !process.isAlive());
  }

  @Test
  void aProgramIsStartedOnceAndAskedByAll() throws Exception {
    var one = look("tell");
    assertThat(list("stub"))
        .extracting(ListedTool::name, ListedTool::isReadOnly)
        .containsExactly(tuple("look", true), tuple("write", false));
    var late = threads.submit(() -> look("late"));
    var another = threads.submit(() -> look("tell"));

    assertThat(another.get()).isEqualTo(one);
    assertThat(late.get()).isEqualTo("late");
    assertThat(look("tell")).isEqualTo(one);
  }

  @Test
  void aCrashIsAFailureAndTheNextCallStartsItAnew() throws Exception {
    var first = look("tell");

    var failure = failure("look", "crash", PATIENCE);

    assertThat(failure).hasMessageContaining("Its program ended with exit code 3.");
    assertThat(failure.mayHaveActed()).isFalse();
    assertThat(look("tell")).startsWith("process ").isNotEqualTo(first);
  }

  @Test
  void aCallThatACrashLeftUnansweredMayHaveActedUnlessItOnlyReads() {
    assertThat(failure("write", "crash", PATIENCE).mayHaveActed()).isTrue();
    assertThat(failure("look", "crash", PATIENCE).mayHaveActed()).isFalse();
  }

  @Test
  void aCallThatWasNeverWrittenHasNotActed() throws InterruptedException {
    var failure =
        catchThrowableOfType(
            ToolFailed.class,
            () ->
                new McpTool(
                        connections(),
                        server(TestingContexts.TEAM, "slow"),
                        tool("write", false),
                        "write")
                    .call("{}", TestingContexts.within(SHORT)));

    assertThat(failure).hasMessageContaining("still starting");
    assertThat(failure.mayHaveActed()).isFalse();
  }

  @Test
  void whatIsNoMessageIsPassedOver() throws ToolFailed {
    assertThat(look("garbage")).isEqualTo("after garbage");
  }

  @Test
  void aSilentCallEndsInItsTimeAndEndsTheProgramWithAllThatItStarted() throws Exception {
    var program = process(look("tell"));
    var child = process(look("child"));
    long startedNanos = System.nanoTime();

    var failure = failure("write", "silence", SHORT);

    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isLessThan(PATIENCE);
    assertThat(failure).hasMessageContaining("did not answer within");
    assertThat(failure.mayHaveActed()).isTrue();
    assertEnds(program);
    assertEnds(child);
    assertThat(process(look("tell")).pid()).isNotEqualTo(program.pid());
  }

  @Test
  void aSilentCallDoesNotTakeTheOthersAnswers() throws Exception {
    var program = process(look("tell"));
    var late = threads.submit(() -> call(tool("write", false), "late", PATIENCE));
    var silent = failure("look", "silence", SHORT);

    assertThat(silent).hasMessageContaining("did not answer within");
    assertThat(process(look("tell")).pid()).isNotEqualTo(program.pid());
    assertThat(late.get()).isEqualTo("late");
    assertEnds(program);
  }

  @Test
  void anInterruptEndsACall() throws Exception {
    var program = process(look("tell"));
    var failure = new AtomicReference<ToolFailed>();
    var caller =
        Thread.startVirtualThread(
            () -> failure.set(failure("write", "silence", Duration.ofMinutes(1))));
    Eventually.holds("it waits", () -> caller.getState() == Thread.State.TIMED_WAITING);

    caller.interrupt();

    assertThat(caller.join(PATIENCE)).isTrue();
    assertThat(failure.get()).hasMessageContaining("did not answer within");
    assertEnds(program);
  }

  @Test
  void anAnswerThatIsTooLongEndsTheProgramAndNotUs() throws Exception {
    var failure = failure("write", "huge", PATIENCE);

    assertThat(failure).hasMessageContaining("more than 8,388,608 bytes");
    assertThat(failure.mayHaveActed()).isTrue();
    assertThat(look("tell")).startsWith("process ");
  }

  @Test
  void aFloodThatNobodyAskedForEndsTheProgram() throws ToolFailed {
    assertThat(failure("look", "flood", PATIENCE)).hasMessageContaining("more than anybody asks");
    assertThat(look("tell")).startsWith("process ");
  }

  @Test
  void aSlowStartIsWaitedForAndNotBegunAnew() throws Exception {
    var early =
        catchThrowableOfType(
            NoAnswer.class,
            () ->
                connections().list(server(TestingContexts.TEAM, "slow"), Optional.empty(), SHORT));
    var programs = ProcessHandle.current().children().map(ProcessHandle::pid).toList();

    assertThat(early).hasMessageContaining("still starting");
    assertThat(
            connections()
                .list(server(TestingContexts.TEAM, "slow"), Optional.empty(), PATIENCE)
                .tools())
        .hasSize(2);
    assertThat(ProcessHandle.current().children().map(ProcessHandle::pid))
        .containsExactlyInAnyOrderElementsOf(programs);
  }

  @Test
  void aProgramGetsOnlyWhatItNeedsOfOurEnvironment() throws ToolFailed {
    var allowed = new TreeSet<>(ProcessMcpPipe.INHERITED);
    allowed.add("STUB_KEY");
    assertThat(System.getenv().keySet())
        .as("there is something to keep back")
        .anyMatch(name -> !allowed.contains(name));

    var names = List.of(look("environment").split(" "));

    assertThat(names).isSubsetOf(allowed).contains("PATH", "STUB_KEY");
  }

  @Test
  void anIdleProgramEnds() throws Exception {
    idleMax.set(Duration.ofMillis(300));
    var program = process(look("tell"));

    assertEnds(program);
    assertThat(process(look("tell")).pid()).isNotEqualTo(program.pid());
  }

  @Test
  void allProgramsEndWithUs() throws Exception {
    var program = process(look("tell"));
    var child = process(look("child"));

    client().close();

    assertThat(program.isAlive()).isFalse();
    assertEnds(child);
    assertThat(failure("write", "tell", PATIENCE).mayHaveActed()).isFalse();
  }

  @Test
  void anotherTeamHearsTheSameWhateverItNames() {
    var stranger = new TeamId(new UUID(1, 2));

    var known = refusal(stranger, "stub");
    var unknown = refusal(stranger, "other");

    assertThat(known).hasMessage(unknown.getMessage());
    assertThat(known.isWritten()).isFalse();
  }

  private NoAnswer refusal(TeamId team, String program) {
    return catchThrowableOfType(
        NoAnswer.class,
        () -> connections().list(server(team, program), Optional.empty(), PATIENCE));
  }

  @Test
  void aProgramThatIsNotThereIsTold() {
    assertThat(catchThrowableOfType(McpUnavailable.class, () -> list("gone")))
        .hasMessageContaining("Its program cannot be started")
        .hasMessageNotContaining("no-such-program");
  }

  @Test
  void whatItSaysOfItselfIsLoggedWithoutItsSecrets() throws Exception {
    var log = (Logger) LoggerFactory.getLogger(ProcessMcpPipe.class);
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    log.setLevel(Level.DEBUG);
    log.addAppender(lines);
    try {
      look("complain");

      Eventually.holds("it is logged", () -> !List.copyOf(lines.list).isEmpty());
      assertThat(lines.list.getFirst().getFormattedMessage())
          .isEqualTo("MCP server stub says: the key *** is not good");
    } finally {
      log.detachAppender(lines);
      log.setLevel(null);
    }
  }
}
