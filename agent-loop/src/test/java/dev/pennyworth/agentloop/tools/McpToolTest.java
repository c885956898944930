package dev.pennyworth.agentloop.tools;

import static dev.pennyworth.agentloop.tools.TestingMcpServer.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A tool of an MCP server, from its listing to its call, where the server behaves and where not.
class McpToolTest {
  private final TestingMcpServer server = new TestingMcpServer();
  private final HttpToolConnection http = new HttpToolConnection(true);
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final McpConnections client = TestingContexts.connections(http, now::get);
  private final McpListings listings = new McpListings(client, now::get);

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private McpServer settings() {
    return server.settings("stub", Map.of());
  }

  private void skip(Duration duration) {
    now.updateAndGet(at -> at.plus(duration));
  }

  private String call(ListedTool tool) throws ToolFailed {
    return new McpTool(client, settings(), tool, tool.name())
        .call("{\"a\":1}", TestingContexts.within(Duration.ofSeconds(10)))
        .text();
  }

  private ToolFailed failure(ListedTool tool) {
    return catchThrowableOfType(ToolFailed.class, () -> call(tool));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerIsGreetedOnceAndThenAsked(boolean isStreaming) throws Exception {
    server.offer(tool("one", true), tool("two", false));
    server.onCall(params ->
        "{\"content\":[{\"type\":\"text\",\"text\":\"%s %s\"}]}"
            .formatted(params.path("name").asText(), params.path("arguments").path("a").asText()));
    if (isStreaming) {
      server.stream();
    }

    assertThat(listings.list(settings())).containsExactly(tool("one", true), tool("two", false));
    assertThat(call(tool("one", true))).isEqualTo("one 1");
    assertThat(server.methods().stream().filter(method -> !method.equals("an answer")))
        .containsExactly(
            "initialize", "notifications/initialized", "tools/list", "tools/list", "tools/call");
    assertThat(server.http.received())
        .extracting(request -> request.header("x-key"))
        .containsOnly("s3cret");
    assertThat(server.http.received().getLast().header("mcp-protocol-version"))
        .isEqualTo("2025-06-18");
    if (isStreaming) {
      assertThat(server.http.received())
          .extracting(TestingToolServer.Received::body)
          .contains("{\"jsonrpc\":\"2.0\",\"id\":\"theirs\",\"result\":{}}");
    }
  }

  @Test
  void aListingIsKeptForAMinute() throws McpUnavailable {
    server.offer(tool("one", true));
    listings.list(settings());
    server.offer(tool("two", true));

    skip(Duration.ofSeconds(59));
    assertThat(listings.list(settings())).containsExactly(tool("one", true));
    skip(Duration.ofSeconds(1));
    assertThat(listings.list(settings())).containsExactly(tool("two", true));
  }

  @Test
  void aDeadServerIsAskedAgainOnlyAfterAMoment() throws McpUnavailable {
    server.offer(tool("one", true));
    server.fail(503);
    var dead = catchThrowableOfType(McpUnavailable.class, () -> listings.list(settings()));
    server.fail(200);

    assertThat(dead).hasMessageContaining("stub").hasMessageContaining("503");
    skip(Duration.ofMillis(4_999));
    assertThat(catchThrowableOfType(McpUnavailable.class, () -> listings.list(settings())))
        .hasMessage(dead.getMessage());
    assertThat(server.methods()).hasSize(1);
    skip(Duration.ofMillis(1));
    assertThat(listings.list(settings())).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"401, key", "404, not where", "302, redirect", "500, out of order"})
  void anOwnerIsToldWhyAServerCannotBeUsed(int status, String said) {
    server.fail(status);

    assertThat(catchThrowableOfType(McpUnavailable.class, () -> listings.list(settings())))
        .hasMessageContaining(said)
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 400})
  void aServerThatForgotTheSessionIsGreetedAgain(int status) throws Exception {
    listings.list(settings());
    server.loseSessions(status);
    server.onCall(_ -> "{\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}");

    assertThat(call(tool("write", false))).isEqualTo("hi");

    assertThat(server.methods())
        .endsWith("tools/call", "initialize", "notifications/initialized", "tools/call");
  }

  @Test
  void anIdleSessionIsNotUsedAgain() throws Exception {
    listings.list(settings());
    skip(Duration.ofMinutes(11));

    call(tool("one", true));

    assertThat(server.methods().stream().filter("initialize"::equals)).hasSize(2);
  }

  @Test
  void aCallThatBreaksOffMayHaveActedUnlessItOnlyReads() {
    server.dropCalls();

    assertThat(failure(tool("write", false)).mayHaveActed()).isTrue();
    assertThat(failure(tool("read", true)).mayHaveActed()).isFalse();
    assertThat(server.methods().stream().filter("tools/call"::equals)).hasSize(2);
  }

  @Test
  void aCallToAServerThatCannotBeGreetedHasNotActed() {
    server.fail(500);

    assertThat(failure(tool("write", false)).mayHaveActed()).isFalse();
  }

  @Test
  void aFailureOfTheToolIsAFailure() {
    server.onCall(
        _ -> "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no such city\"}]}");

    assertThat(failure(tool("one", true))).hasMessage("no such city");
  }

  @Test
  void onlyTextIsShownAndTheRestIsToldOf() throws ToolFailed {
    server.onCall(_ ->
        """
        {"content":[
          {"type":"text","text":"see"},
          {"type":"image","mimeType":"image/png","data":"aGVsbG8h"},
          {"type":"audio","mimeType":"audio/wav","data":"aGVs"},
          {"type":"resource","resource":{"uri":"file:///a","text":"inside"}},
          {"type":"resource","resource":{"uri":"file:///b","mimeType":"x/y","blob":"aGVs"}},
          {"type":"resource_link","uri":"file:///c","name":"the third"},
          {"type":"hologram"}]}
        """);

    assertThat(call(tool("one", true)))
        .isEqualTo(
            """
            see
            [image, image/png, 6 bytes: not shown]
            [audio, audio/wav, 3 bytes: not shown]
            [resource file:///a]
            inside
            [resource file:///b, x/y, 3 bytes: not shown]
            [resource file:///c: the third]
            [hologram: not shown]\
            """);
  }

  @Test
  void anAnswerThatIsTooLongIsNotRead() {
    server.onCall(
        _ -> "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}]}".formatted("x".repeat(9 << 20)));

    assertThat(failure(tool("one", true)).text()).startsWith("The tool could not be called.");
  }
}
