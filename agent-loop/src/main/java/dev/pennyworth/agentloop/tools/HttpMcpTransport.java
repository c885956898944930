package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import reactor.core.publisher.Mono;

/// Carries the messages of one session of the protocol's SDK over streamable HTTP, through the one
/// connection pool for owners' addresses.
///
/// What the SDK takes for a stream of the future has happened when it looks: a message is sent, and
/// its answer read and handed over, on the thread that subscribes, which is the caller's own. So an
/// interrupt closes the connection, the limit of time is the call's, and no thread belongs to a
/// session. Nothing is open between two requests.
///
/// A server's notifications end here. The SDK answers some of them by reading all that the server
/// lists, page after page without an end, and we keep nothing that they could change.
///
/// Source: modelcontextprotocol.io, specification 2025-06-18, transports.
final class HttpMcpTransport implements McpClientTransport {
  private static final MediaType JSON_TYPE = MediaType.get("application/json");
  private static final String SESSION_HEADER = "Mcp-Session-Id";
  private static final String VERSION_HEADER = "MCP-Protocol-Version";

  private final HttpToolConnection http;
  private final McpServer server;
  private volatile Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> receiver =
      message -> message;
  private volatile Optional<Greeted> greeted = Optional.empty();

  HttpMcpTransport(HttpToolConnection http, McpServer server) {
    this.http = http;
    this.server = server;
  }

  /// What the server said when it was greeted.
  ///
  /// @param session empty if it keeps no sessions
  private record Greeted(Optional<String> session, String version) {}

  @Override
  public List<String> protocolVersions() {
    return McpSdk.VERSIONS;
  }

  @Override
  public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
    receiver = handler;
    return Mono.empty();
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.create(sent -> {
      try {
        send(message);
        sent.success();
      } catch (McpRefused | NoAnswer | IllegalArgumentException e) {
        sent.error(e);
      }
    });
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return McpSdk.read(data, type);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.empty();
  }

  /// An answer is handed over when its connection is free: the SDK may send the next message
  /// within.
  private void send(JSONRPCMessage message) throws McpRefused, NoAnswer {
    if (!(message instanceof JSONRPCRequest request)) {
      http.ask(
          post(message),
          McpSdk.timeLeft(),
          Response::code); // whether it hears us is its own affair
      return;
    }
    try {
      receive(http.ask(post(message), McpSdk.timeLeft(), response -> answer(request, response)));
    } catch (NoAnswer e) {
      if (e.getCause() instanceof RefusedWhileReading reading) {
        throw reading.refused;
      }
      throw e;
    }
  }

  private void receive(JSONRPCMessage message) {
    receiver.apply(Mono.just(message)).block();
  }

  private Request.Builder post(JSONRPCMessage message) {
    var request = new Request.Builder().url(server.url().toString());
    HttpToolConnection.addHeaders(request, server.headers());
    request
        .header("User-Agent", "Pennyworth")
        .header("Accept", "application/json, text/event-stream")
        .post(RequestBody.create(McpMessages.write(message), JSON_TYPE));
    greeted.ifPresent(said -> {
      request.header(VERSION_HEADER, said.version());
      said.session().ifPresent(word -> request.header(SESSION_HEADER, word));
    });
    return request;
  }

  /// The answer to a request: a body of JSON, or an event in a stream that may bring others before.
  private JSONRPCResponse answer(JSONRPCRequest request, Response response) throws IOException {
    if (!response.isSuccessful()) {
      throw new RefusedWhileReading(new McpRefused(response.code(), status(response)));
    }
    var type = response.body().contentType();
    boolean isStream = type != null && type.subtype().equals("event-stream");
    var messages = isStream ? HttpMcpStream.ofEvents(response) : HttpMcpStream.ofBody(response);
    while (true) {
      switch (messages.next()) {
        case JSONRPCResponse answer when request.id().equals(answer.id()) -> {
          if (request.method().equals(McpSchema.METHOD_INITIALIZE)) {
            greeted = Optional.of(greeted(response, answer));
          }
          return answer;
        }
        case JSONRPCRequest question -> receive(question);
        default -> {}
      }
    }
  }

  private static Greeted greeted(Response response, JSONRPCResponse answer) {
    var version =
        answer.result() instanceof Map<?, ?> result
            ? String.valueOf(result.get("protocolVersion"))
            : "";
    return new Greeted(Optional.ofNullable(response.header(SESSION_HEADER)), version);
  }

  private static String status(Response response) throws IOException {
    int status = response.code();
    return switch (status) {
      case 401, 403 -> "It answered %d: its headers carry no right key.".formatted(status);
      case 404, 405 -> "It answered %d: this is not where it speaks MCP.".formatted(status);
      default ->
          response.isRedirect()
              ? "It answered %d, a redirect, which is not followed.".formatted(status)
              : "It answered %d: %s".formatted(status, HttpBodyText.beginning(response));
    };
  }

  /// Carries a refusal out of a reading, which may throw nothing else.
  private static final class RefusedWhileReading extends IOException {
    private static final long serialVersionUID = 1;

    private final transient McpRefused refused;

    private RefusedWhileReading(McpRefused refused) {
      super(refused);
      this.refused = refused;
    }
  }
}
