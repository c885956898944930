package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import io.modelcontextprotocol.client.McpSyncClient;
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

  /// Asks a server, and blocks until it has answered or `timeout` has passed.
  <T> T ask(McpServer server, Function<McpSyncClient, T> question, Duration timeout)
      throws McpRefused, NoAnswer {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
    var known = known(server);
    var client = known.isPresent() ? known.get() : greet(server, deadlineNanos);
    try {
      return McpSdk.ask(client, question, deadlineNanos);
    } catch (McpRefused e) {
      if (known.isEmpty() || !e.mayBeOfTheSession()) {
        throw e;
      }
      forget(server);
      return McpSdk.ask(greet(server, deadlineNanos), question, deadlineNanos);
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

  private McpSyncClient greet(McpServer server, long deadlineNanos) throws McpRefused, NoAnswer {
    long latestNanos = System.nanoTime() + GREETING_TIMEOUT_MAX.toNanos();
    var client = McpSdk.client(new HttpMcpTransport(http, server));
    McpSdk.greet(client, Math.min(deadlineNanos, latestNanos));
    keep(server, client);
    return client;
  }
}
