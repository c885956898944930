package dev.pennyworth.agentloop.tools;

import static dev.pennyworth.agentloop.tools.TestingMcpServer.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the protocol's SDK makes of servers: their words are passed on whole, their time is
/// limited, and they have no threads of ours.
class HttpMcpClientTest {
  private static final int SESSIONS = 50;

  private final TestingMcpServer server = new TestingMcpServer();
  private final HttpToolConnection http = new HttpToolConnection(true);
  private final McpConnections client = TestingContexts.connections(http, () -> Instant.EPOCH);
  private final McpListings listings = new McpListings(client, () -> Instant.EPOCH);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  @AfterEach
  void close() {
    done.countDown();
    http.close();
    server.close();
  }

  private McpServer settings() {
    return server.settings("stub", Map.of());
  }

  private String call(String argumentsJson, Duration timeLeft) throws ToolFailed {
    return new McpTool(client, settings(), tool("write", false), "write")
        .call(argumentsJson, TestingContexts.within(timeLeft))
        .text();
  }

  private ToolFailed failure(Duration timeLeft) {
    return catchThrowableOfType(ToolFailed.class, () -> call("{}", timeLeft));
  }

  /// A call is not answered before the test is over.
  private void hang() {
    server.onCall(_ -> {
      asked.countDown();
      try {
        done.await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      return "{}";
    });
  }

  @Test
  void aSchemaIsPassedOnWhole() throws McpUnavailable {
    var schema =
        """
        {"type":"object","x-ours":{"b":1,"a":[null]},"$defs":{"n":{"type":"number"}},\
        "properties":{"z":{"$ref":"#/$defs/n","maximum":1E+400},"a":{"const":12345678901234567890}},\
        "oneOf":[{"required":["z"]}],"additionalProperties":{"type":"string"}}\
        """;
    server.offer(new ListedTool("one", "Does one.", schema, true, false));

    assertThat(listings.list(settings()))
        .extracting(ListedTool::parametersJson)
        .containsExactly(schema);
  }

  @Test
  void argumentsArePassedOnWhole() throws ToolFailed {
    var arguments = "{\"z\":null,\"a\":[0.1,12345678901234567890],\"m\":{\"k\":1.5E+400}}";

    call(arguments, Duration.ofSeconds(10));

    assertThat(server.http.received().getLast().body()).contains("\"arguments\":" + arguments);
  }

  @Test
  void aCallCarriesWhatMakesARepeatKnown() throws ToolFailed {
    call("{}", Duration.ofSeconds(10));

    assertThat(server.http.received().getLast().body())
        .contains("\"_meta\":{\"dev.pennyworth/idempotency-key\":\"" + TestingContexts.TURN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"content\":\"text\"}", "{\"content\":[{\"text\":\"text\"},7]}", "[]"})
  void aCallWhoseAnswerCannotBeReadMayHaveActed(String result) {
    server.onCall(_ -> result);

    var failure = failure(Duration.ofSeconds(10));

    assertThat(failure.mayHaveActed()).isTrue();
    assertThat(failure).hasMessageStartingWith("Its answer is not what MCP allows.");
  }

  @Test
  void aServerThatHasNoToolsSaysSo() {
    server.haveNoTools();

    assertThat(catchThrowableOfType(McpUnavailable.class, () -> listings.list(settings())))
        .hasMessageContaining("It says that it has no tools.");
  }

  @Test
  void aCallEndsInItsTime() throws McpUnavailable {
    listings.list(settings());
    hang();
    long startedNanos = System.nanoTime();

    var failure = failure(Duration.ofMillis(300));

    assertThat(failure.mayHaveActed()).isTrue();
    assertThat(failure).hasMessageContaining("did not answer within");
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(4));
  }

  @Test
  void anInterruptEndsACall() throws InterruptedException {
    hang();
    var failure = new AtomicReference<ToolFailed>();
    var caller = Thread.startVirtualThread(() -> failure.set(failure(Duration.ofMinutes(1))));
    asked.await();

    caller.interrupt();

    assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
    assertThat(failure.get().mayHaveActed()).isTrue();
  }

  /// The SDK's clock has a thread for each processor, whatever the number of sessions.
  @Test
  void sessionsHaveNoThreadsOfTheirOwn() throws Exception {
    listings.list(settings());
    int before = Thread.getAllStackTraces().size();

    for (int n = 0; n < SESSIONS; n++) {
      var headers = Map.of("X-Key", new SecretText("key " + n));
      var another =
          new McpServer(
              TestingContexts.TEAM, new UUID(9, n), "stub", settings().url(), headers, Map.of());
      client.call(another, McpMessages.call("one", "{}", "key"), Duration.ofSeconds(10));
    }

    assertThat(server.methods().stream().filter("initialize"::equals)).hasSize(SESSIONS + 1);
    assertThat(Thread.getAllStackTraces().size() - before)
        .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
