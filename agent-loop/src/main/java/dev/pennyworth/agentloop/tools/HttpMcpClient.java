package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Speaks the Model Context Protocol with owners' servers, over streamable HTTP.
///
/// A session is a word that the server gave us: nothing is open between two requests, and nothing
/// runs here for a server that nobody asks. The words are kept for some minutes, by address and
/// headers. A server that has forgotten one says so before it does anything, and is greeted again.
///
/// Source: modelcontextprotocol.io, specification 2025-06-18, transports.
public final class HttpMcpClient {
  private static final Duration SESSION_IDLE_MAX = Duration.ofMinutes(10);
  private static final int SESSIONS_MAX = 1_000;
  private static final Duration GREETING_TIMEOUT_MAX = Duration.ofSeconds(5);
  private static final MediaType JSON_TYPE = MediaType.get("application/json");
  private static final String SESSION_HEADER = "Mcp-Session-Id";
  private static final String VERSION_HEADER = "MCP-Protocol-Version";

  private final HttpToolConnection http;
  private final InstantSource clock;
  private final AtomicLong ids = new AtomicLong();

  /// Latest used last.
  private final Map<Address, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

  public HttpMcpClient(HttpToolConnection http, InstantSource clock) {
    this.http = http;
    this.clock = clock;
  }

  /// What makes two servers one, to us.
  private record Address(URI url, Map<String, SecretText> headers) {
    private static Address of(McpServer server) {
      return new Address(server.url(), server.headers());
    }
  }

  /// @param id empty if the server keeps no sessions
  private record Session(Optional<String> id, String version, Instant usedAt) {}

  /// The server answered, and said no.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;

    /// @param status of HTTP; 200 if the refusal is the protocol's own
    private Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    String text() {
      return String.valueOf(getMessage());
    }

    /// Servers say 404 of a session that they do not know, and some 400. Both before they act.
    private boolean mayBeOfTheSession() {
      return status == 404 || status == 400;
    }
  }

  /// Asks a server, and blocks until it has answered or `timeout` has passed.
  ///
  /// @return the result
  JsonNode ask(McpServer server, String method, ObjectNode params, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    long startedNanos = System.nanoTime();
    var known = known(server);
    var session = known.isPresent() ? known.get() : greet(server, timeout);
    try {
      return ask(server, session, method, params, left(timeout, startedNanos));
    } catch (Refused e) {
      if (known.isEmpty() || !e.mayBeOfTheSession()) {
        throw e;
      }
      forget(server);
      var fresh = greet(server, left(timeout, startedNanos));
      return ask(server, fresh, method, params, left(timeout, startedNanos));
    }
  }

  private static Duration left(Duration timeout, long startedNanos) {
    return timeout.minusNanos(System.nanoTime() - startedNanos);
  }

  private Optional<Session> known(McpServer server) {
    var now = clock.instant();
    synchronized (sessions) {
      var address = Address.of(server);
      var session = sessions.get(address);
      if (session == null || session.usedAt().plus(SESSION_IDLE_MAX).isBefore(now)) {
        sessions.remove(address);
        return Optional.empty();
      }
      sessions.put(address, new Session(session.id(), session.version(), now));
      return Optional.of(session);
    }
  }

  private void forget(McpServer server) {
    synchronized (sessions) {
      sessions.remove(Address.of(server));
    }
  }

  private void keep(McpServer server, Session session) {
    synchronized (sessions) {
      sessions.put(Address.of(server), session);
      if (sessions.size() > SESSIONS_MAX) {
        sessions.remove(sessions.keySet().iterator().next());
      }
    }
  }

  private Session greet(McpServer server, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    var patience = timeout.compareTo(GREETING_TIMEOUT_MAX) < 0 ? timeout : GREETING_TIMEOUT_MAX;
    long startedNanos = System.nanoTime();
    long id = ids.incrementAndGet();
    var greeting = McpMessages.request(id, "initialize", McpMessages.initialize());
    var none = new Session(Optional.empty(), McpMessages.VERSION, clock.instant());
    try {
      var session =
          http.ask(
              post(server, Optional.empty(), greeting),
              patience,
              response -> {
                var result = result(server, none, id, response);
                var version = result.path("protocolVersion").asText();
                if (!McpMessages.VERSIONS.contains(version)) {
                  throw new RefusedWhileReading(
                      new Refused(200, "It speaks version %s of MCP only.".formatted(version)));
                }
                return new Session(
                    Optional.ofNullable(response.header(SESSION_HEADER)), version, clock.instant());
              });
      var ready = McpMessages.notification("notifications/initialized");
      tell(server, session, ready, left(patience, startedNanos));
      keep(server, session);
      return session;
    } catch (HttpToolConnection.NoAnswer e) {
      throw unwrapped(e, false);
    }
  }

  private JsonNode ask(
      McpServer server, Session session, String method, ObjectNode params, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    long id = ids.incrementAndGet();
    var request = post(server, Optional.of(session), McpMessages.request(id, method, params));
    try {
      return http.ask(request, timeout, response -> result(server, session, id, response));
    } catch (HttpToolConnection.NoAnswer e) {
      throw unwrapped(e, e.isWritten());
    }
  }

  /// A refusal that came out of a reading as an exception of its own; or no answer indeed.
  private static HttpToolConnection.NoAnswer unwrapped(
      HttpToolConnection.NoAnswer e, boolean isWritten) throws Refused {
    if (e.getCause() instanceof RefusedWhileReading reading) {
      throw reading.refused;
    }
    return new HttpToolConnection.NoAnswer(e.text(), isWritten, new IOException(e));
  }

  private void tell(McpServer server, Session session, ObjectNode message, Duration timeout)
      throws HttpToolConnection.NoAnswer {
    http.ask(post(server, Optional.of(session), message), timeout, Response::code);
  }

  private static Request.Builder post(
      McpServer server, Optional<Session> session, ObjectNode message) {
    var request = new Request.Builder().url(server.url().toString());
    HttpToolConnection.addHeaders(request, server.headers());
    request
        .header("User-Agent", "Pennyworth")
        .header("Accept", "application/json, text/event-stream")
        .post(RequestBody.create(message.toString(), JSON_TYPE));
    session.ifPresent(of -> {
      request.header(VERSION_HEADER, of.version());
      of.id().ifPresent(word -> request.header(SESSION_HEADER, word));
    });
    return request;
  }

  /// The answer to a request: a body of JSON, or an event in a stream that may bring others before.
  private JsonNode result(McpServer server, Session session, long id, Response response)
      throws IOException {
    if (!response.isSuccessful()) {
      throw new RefusedWhileReading(new Refused(response.code(), status(response)));
    }
    var type = response.body().contentType();
    boolean isStream = type != null && type.subtype().equals("event-stream");
    var messages = isStream ? HttpMcpStream.ofEvents(response) : HttpMcpStream.ofBody(response);
    while (true) {
      var message = messages.next();
      if (McpMessages.isAnswerTo(id, message)) {
        return result(message);
      }
      if (McpMessages.isRequest(message)) {
        answer(server, session, message);
      }
    }
  }

  private static JsonNode result(JsonNode message) throws RefusedWhileReading {
    if (message.has("error")) {
      var text = message.path("error").path("message").asText("It gave no reason.");
      throw new RefusedWhileReading(new Refused(200, text));
    }
    return message.path("result");
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

  /// A server may ask back while it works. Whether it hears us is its own affair.
  private void answer(McpServer server, Session session, JsonNode request) throws IOException {
    try {
      tell(server, session, McpMessages.answer(request), GREETING_TIMEOUT_MAX);
    } catch (HttpToolConnection.NoAnswer e) {
      throw new IOException("it asked, and could not be answered", e);
    }
  }

  /// Carries a refusal out of a reading, which may throw nothing else.
  private static final class RefusedWhileReading extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Refused refused;

    private RefusedWhileReading(Refused refused) {
      super(refused);
      this.refused = refused;
    }
  }
}
