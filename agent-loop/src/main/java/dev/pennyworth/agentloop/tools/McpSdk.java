package dev.pennyworth.agentloop.tools;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// The protocol's SDK, as it is used over any transport of ours: a transport does its work on the
/// thread of whoever asks, finds the limit of his time here, and throws what becomes of it.
final class McpSdk {
  /// The last is the one that we propose: later ones let a server hang up and be asked once more.
  static final List<String> VERSIONS =
      List.of("2024-11-05", "2025-03-26", "2025-11-25", "2025-06-18");

  private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(5);

  /// The SDK's own limit, never reached: each request ends by the limit of its call.
  private static final Duration NEVER = Duration.ofDays(1);

  /// When the call that is under way has to be done, by `System.nanoTime`.
  private static final ScopedValue<Long> DEADLINE_NANOS = ScopedValue.newInstance();

  private McpSdk() {}

  /// A server answered, and nobody can read it.
  private static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Unreadable() {
      super("not what MCP allows"); // the cause would quote it
    }
  }

  /// A client that has not greeted anybody yet.
  static McpSyncClient client(McpClientTransport transport) {
    return McpClient.sync(transport)
        .clientInfo(Implementation.builder("pennyworth", "1").build())
        .capabilities(ClientCapabilities.builder().build())
        .requestTimeout(NEVER)
        .initializationTimeout(NEVER)
        // Results are text to us, and are not held against schemas.
        .jsonSchemaValidator((_, result) -> ValidationResponse.asValid(String.valueOf(result)))
        .build();
  }

  /// Greets the server, which asks nothing of it yet.
  ///
  /// @throws McpRefused if it says no, or that it has no tools
  static void greet(McpSyncClient client, long deadlineNanos) throws McpRefused, NoAnswer {
    try {
      ask(client, McpSyncClient::initialize, deadlineNanos);
    } catch (NoAnswer e) {
      throw new NoAnswer(e.text(), false, e);
    }
    if (client.getServerCapabilities().tools() == null) {
      throw new McpRefused("It says that it has no tools.");
    }
  }

  /// Asks, and blocks until there is an answer or the time is up.
  static <T> T ask(McpSyncClient client, Function<McpSyncClient, T> question, long deadlineNanos)
      throws McpRefused, NoAnswer {
    try {
      return ScopedValue.where(DEADLINE_NANOS, deadlineNanos).call(() -> question.apply(client));
    } catch (RuntimeException e) {
      throw noAnswer(e);
    }
  }

  /// For a transport: what is left of the time of the call that is under way.
  static Duration timeLeft() {
    return DEADLINE_NANOS.isBound()
        ? Duration.ofNanos(DEADLINE_NANOS.get() - System.nanoTime())
        : TIMEOUT_DEFAULT;
  }

  /// For a transport: what a message carries.
  static <T> T read(Object data, TypeRef<T> type) {
    try {
      return McpMessages.convert(data, type);
    } catch (IllegalArgumentException _) {
      throw new Unreadable();
    }
  }

  /// What lies in the wrappings of the SDK.
  private static NoAnswer noAnswer(RuntimeException wrapped) throws McpRefused {
    for (Throwable cause = wrapped; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case McpRefused refused -> throw refused;
        case NoAnswer none -> {
          return none;
        }
        case McpError error -> throw new McpRefused(String.valueOf(error.getMessage()));
        case Unreadable unreadable -> {
          return new NoAnswer("Its answer is not what MCP allows.", true, unreadable);
        }
        case IllegalArgumentException invalid -> throw invalid; // an address, or a header
        default -> {}
      }
    }
    throw wrapped;
  }
}
