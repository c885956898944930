package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An owner's program: orders at `/orders/{id}`, and an MCP server with the tools `echo` and
/// `erase` at `/mcp`. It lets in who says `Authorization: Bearer open`.
public final class TestingTools implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOOLS =
      """
      [{"name":"echo","description":"Says it again.","annotations":{"readOnlyHint":true},
        "inputSchema":{"type":"object","properties":{"text":{"type":"string"}}}},
       {"name":"erase","description":"Erases.","inputSchema":{"type":"object"}}]\
      """;

  private final HttpServer server;
  private final List<String> asked = new CopyOnWriteArrayList<>();

  public TestingTools() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/orders/", this::order);
    server.createContext("/mcp", this::mcp);
    server.start();
  }

  public String url(String path) {
    return "http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path);
  }

  /// What was asked for and let in.
  List<String> asked() {
    return List.copyOf(asked);
  }

  private static boolean isLetIn(HttpExchange exchange) {
    return "Bearer open".equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private void order(HttpExchange exchange) throws IOException {
    if (!isLetIn(exchange)) {
      answer(exchange, 401, "{}");
      return;
    }
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    answer(exchange, 200, "{\"state\":\"on its way\"}");
  }

  private void mcp(HttpExchange exchange) throws IOException {
    if (!isLetIn(exchange) || !exchange.getRequestMethod().equals("POST")) {
      answer(exchange, isLetIn(exchange) ? 405 : 401, "{}");
      return;
    }
    var request = JSON.readTree(exchange.getRequestBody());
    if (!request.has("id")) {
      answer(exchange, 202, "");
      return;
    }
    answer(
        exchange,
        200,
        "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":%s}"
            .formatted(request.get("id"), result(request)));
  }

  private String result(JsonNode request) {
    return switch (request.path("method").asText()) {
      case "initialize" ->
          "{\"protocolVersion\":%s,\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"t\",\"version\":\"1\"}}"
              .formatted(request.at("/params/protocolVersion"));
      case "tools/list" -> "{\"tools\":" + TOOLS + "}";
      case "tools/call" -> {
        asked.add("call " + request.at("/params/name").asText());
        yield "{\"content\":[{\"type\":\"text\",\"text\":%s}]}"
            .formatted(request.at("/params/arguments/text"));
      }
      default -> "{}";
    };
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
