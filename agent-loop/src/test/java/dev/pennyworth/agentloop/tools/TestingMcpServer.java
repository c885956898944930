package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import com.sun.net.httpserver.HttpExchange;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// An MCP server over streamable HTTP that misbehaves on demand. (The real one is in
/// [EverythingServerTest].) Its sessions are `s1`, `s2` and on, and only the latest is known.
final class TestingMcpServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final TestingToolServer http = new TestingToolServer();
  private final AtomicInteger sessions = new AtomicInteger();
  private final List<String> methods = new CopyOnWriteArrayList<>();
  private volatile List<ListedTool> tools = List.of();
  private volatile Function<JsonNode, String> call = _ -> "{\"content\":[]}";
  private volatile boolean isStreaming;
  private volatile int status = 200;
  private volatile int statusOfLostSessions = 404;
  private volatile boolean isDroppingCalls;
  private volatile boolean isWithoutTools;

  TestingMcpServer() {
    http.on("/mcp", this::answer);
  }

  McpServer settings(String name, Map<String, McpToolSettings> settings) {
    var headers = Map.of("X-Key", new SecretText("s3cret"));
    return new McpServer(
        TestingContexts.TEAM,
        new UUID(9, 9),
        name,
        URI.create(http.url("/mcp")),
        headers,
        settings);
  }

  void offer(ListedTool... offered) {
    tools = List.of(offered);
  }

  static ListedTool tool(String name, boolean isReadOnly) {
    return new ListedTool(name, "Does " + name + ".", "{\"type\":\"object\"}", isReadOnly, false);
  }

  /// What a call brings, from its parameters to the JSON of its result.
  void onCall(Function<JsonNode, String> result) {
    call = result;
  }

  /// Answers come as events, after notifications and a question of the server's own.
  void stream() {
    isStreaming = true;
  }

  void fail(int with) {
    status = with;
  }

  void loseSessions(int with) {
    sessions.incrementAndGet();
    statusOfLostSessions = with;
  }

  /// The connection is cut in each call, after it was read.
  void dropCalls() {
    isDroppingCalls = true;
  }

  /// It says that tools are nothing that it has.
  void haveNoTools() {
    isWithoutTools = true;
  }

  /// The methods that it was asked for, in order.
  List<String> methods() {
    return List.copyOf(methods);
  }

  private void answer(TestingToolServer.Received request, HttpExchange exchange)
      throws IOException {
    var message = JSON.readTree(request.body());
    var method = message.path("method").asText("an answer");
    methods.add(method);
    boolean isGreeting = method.equals("initialize");
    boolean isKnown = request.header("mcp-session-id").equals("s" + sessions.get());
    if (status != 200) {
      TestingToolServer.send(exchange, status, "text/plain", "out of order");
    } else if (!isGreeting && !isKnown) {
      TestingToolServer.send(exchange, statusOfLostSessions, "text/plain", "no session");
    } else if (!message.has("id") || method.equals("an answer")) {
      TestingToolServer.send(exchange, 202, "text/plain", "");
    } else if (!(isDroppingCalls && method.equals("tools/call"))) {
      send(exchange, message, isGreeting);
    }
  }

  private void send(HttpExchange exchange, JsonNode message, boolean isGreeting)
      throws IOException {
    if (isGreeting) {
      exchange.getResponseHeaders().set("Mcp-Session-Id", "s" + sessions.incrementAndGet());
    }
    var answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", message.path("id"));
    answer.set("result", result(message.path("method").asText(), message.path("params")));
    if (isStreaming) {
      TestingToolServer.send(exchange, 200, "text/event-stream", events(answer));
    } else {
      TestingToolServer.send(exchange, 200, "application/json", answer.toString());
    }
  }

  private static String events(ObjectNode answer) {
    return """
    : a comment

    event: message
    data: {"jsonrpc":"2.0","method":"notifications/progress","params":{}}

    data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}

    data: {"jsonrpc":"2.0","id":"theirs","method":"ping"}

    event: message
    id: 7
    data: %s

    """
        .formatted(answer);
  }

  private JsonNode result(String method, JsonNode params) throws IOException {
    return switch (method) {
      case "initialize" ->
          JSON.readTree(
              """
              {"protocolVersion":"2025-06-18","capabilities":{%s},
               "serverInfo":{"name":"stub","version":"1"}}
              """
                  .formatted(isWithoutTools ? "" : "\"tools\":{}"));
      case "tools/list" -> page(params.path("cursor").asInt(0));
      default -> JSON.readTree(call.apply(params));
    };
  }

  /// One tool a page.
  private JsonNode page(int place) throws IOException {
    var page = JSON.createObjectNode();
    var listed = page.putArray("tools");
    if (place < tools.size()) {
      var tool = tools.get(place);
      var described =
          listed.addObject().put("name", tool.name()).put("description", tool.description());
      described.putRawValue("inputSchema", new RawValue(tool.parametersJson()));
      described
          .putObject("annotations")
          .put("readOnlyHint", tool.isReadOnly())
          .put("idempotentHint", tool.isIdempotent());
    }
    return place + 1 < tools.size() ? page.put("nextCursor", Integer.toString(place + 1)) : page;
  }

  @Override
  public void close() {
    http.close();
  }
}
