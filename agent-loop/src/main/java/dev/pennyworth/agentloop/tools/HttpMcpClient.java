package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.agentloop.tools.HttpMcpTransport.Refused;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Speaks the Model Context Protocol with owners' servers: the protocol's own SDK, over
/// [HttpMcpTransport].
///
/// A session is a word that the server gave us, and the SDK's memory of its greeting: nothing is
/// open between two requests, and nothing runs here for a server that nobody asks. Sessions are
/// kept for some minutes, by address and headers. A server that has forgotten one says so before it
/// does anything, and is greeted again.
public final class HttpMcpClient {
  private static final Duration SESSION_IDLE_MAX = Duration.ofMinutes(10);
  private static final int SESSIONS_MAX = 1_000;
  private static final Duration GREETING_TIMEOUT_MAX = Duration.ofSeconds(5);

  /// The SDK's own limit, never reached: each request ends by the limit of its call.
  private static final Duration NEVER = Duration.ofDays(1);

  private final HttpToolConnection http;
  private final InstantSource clock;

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

  /// Only clients that have greeted, so that who uses one never waits for another's greeting. A
  /// client that is let go is not closed: it holds nothing, and a call may still use it.
  private record Session(McpSyncClient client, Instant usedAt) {}

  /// One page of a server's tools. Blocks until it has answered or `timeout` has passed.
  ///
  /// @param cursor of the page; empty for the first
  ListToolsResult list(McpServer server, Optional<String> cursor, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    return ask(server, client -> client.listTools(cursor.orElse(null)), timeout);
  }

  /// Calls a tool of a server. Blocks until it has answered or `timeout` has passed.
  CallToolResult call(McpServer server, CallToolRequest request, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    return ask(server, client -> client.callTool(request), timeout);
  }

  private <T> T ask(McpServer server, Function<McpSyncClient, T> question, Duration timeout)
      throws Refused, HttpToolConnection.NoAnswer {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    var known = known(server);
    var client = known.isPresent() ? known.get() : greet(server, deadlineNanos);
    try {
      return ask(client, question, deadlineNanos);
    } catch (Refused e) {
      if (known.isEmpty() || !e.mayBeOfTheSession()) {
        throw e;
      }
      forget(server);
      return ask(greet(server, deadlineNanos), question, deadlineNanos);
    }
  }

  private Optional<McpSyncClient> known(McpServer server) {
    var now = clock.instant();
    synchronized (sessions) {
      var address = Address.of(server);
      var session = sessions.get(address);
      if (session == null || session.usedAt().plus(SESSION_IDLE_MAX).isBefore(now)) {
        sessions.remove(address);
        return Optional.empty();
      }
      sessions.put(address, new Session(session.client(), now));
      return Optional.of(session.client());
    }
  }

  private void forget(McpServer server) {
    synchronized (sessions) {
      sessions.remove(Address.of(server));
    }
  }

  private void keep(McpServer server, McpSyncClient client) {
    synchronized (sessions) {
      sessions.put(Address.of(server), new Session(client, clock.instant()));
      if (sessions.size() > SESSIONS_MAX) {
        sessions.remove(sessions.keySet().iterator().next());
      }
    }
  }

  private McpSyncClient greet(McpServer server, long deadlineNanos)
      throws Refused, HttpToolConnection.NoAnswer {
    long latestNanos = System.nanoTime() + GREETING_TIMEOUT_MAX.toNanos();
    var client = newClient(server);
    try {
      ask(client, McpSyncClient::initialize, Math.min(deadlineNanos, latestNanos));
    } catch (HttpToolConnection.NoAnswer e) {
      throw new HttpToolConnection.NoAnswer(e.text(), false, new IOException(e));
    }
    if (client.getServerCapabilities().tools() == null) {
      throw new Refused(200, "It says that it has no tools.");
    }
    keep(server, client);
    return client;
  }

  private McpSyncClient newClient(McpServer server) {
    return McpClient.sync(new HttpMcpTransport(http, server))
        .clientInfo(Implementation.builder("pennyworth", "1").build())
        .capabilities(ClientCapabilities.builder().build())
        .requestTimeout(NEVER)
        .initializationTimeout(NEVER)
        // Results are text to us, and are not held against schemas.
        .jsonSchemaValidator((_, result) -> ValidationResponse.asValid(String.valueOf(result)))
        .build();
  }

  private static <T> T ask(
      McpSyncClient client, Function<McpSyncClient, T> question, long deadlineNanos)
      throws Refused, HttpToolConnection.NoAnswer {
    try {
      return ScopedValue.where(HttpMcpTransport.DEADLINE_NANOS, deadlineNanos)
          .call(() -> question.apply(client));
    } catch (RuntimeException e) {
      throw noAnswer(e);
    }
  }

  /// What lies in the wrappings of the SDK.
  private static HttpToolConnection.NoAnswer noAnswer(RuntimeException wrapped) throws Refused {
    for (Throwable cause = wrapped; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case Refused refused -> throw refused;
        case HttpToolConnection.NoAnswer none -> {
          return none;
        }
        case McpError error -> throw new Refused(200, String.valueOf(error.getMessage()));
        case HttpMcpTransport.Unreadable unreadable -> {
          return new HttpToolConnection.NoAnswer(
              "Its answer is not what MCP allows.", true, new IOException(unreadable));
        }
        case IllegalArgumentException invalid -> throw invalid; // an address, or a header
        default -> {}
      }
    }
    throw wrapped;
  }
}
