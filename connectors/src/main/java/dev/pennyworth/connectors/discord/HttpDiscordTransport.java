package dev.pennyworth.connectors.discord;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpStaleConnections;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// The connections to Discord's REST API, one pool for all bots. Follows no redirect and retries
/// nothing.
final class HttpDiscordTransport implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final int CALLS_AT_ONCE_MAX = 256;
  private static final int IDLE_CONNECTIONS_MAX = 32;
  private static final long IDLE_SECONDS_MAX = 20;

  /// More than a hundred of the longest messages, each with the one that it replies to.
  private static final long ANSWER_BYTES_MAX = 8L << 20;

  /// Discord turns away who does not name himself in this shape.
  private static final String USER_AGENT = "DiscordBot (pennyworth, 0.1)";

  private static final MediaType JSON = MediaType.get("application/json");

  private final OkHttpClient client;

  HttpDiscordTransport(ExecutorService threads) {
    var builder =
        HttpOnce.builder(threads, CALLS_AT_ONCE_MAX)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CALL_MAX)
            .writeTimeout(CALL_MAX)
            .callTimeout(CALL_MAX);
    this.client =
        HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
            .addNetworkInterceptor(HttpDiscordTransport::onceConnected)
            .build();
  }

  /// For the library that keeps the gateway.
  OkHttpClient client() {
    return client;
  }

  /// What came back, whatever its status.
  ///
  /// @param retryAfterSeconds from the header; empty without one that is a number
  record Answer(int status, boolean isJson, Optional<Long> retryAfterSeconds, String body) {}

  /// Makes a call. Blocks for a bounded time.
  ///
  /// @param body JSON
  Answer call(String method, URI url, Optional<SecretText> token, Optional<byte[]> body)
      throws DiscordFailure {
    var request = new Request.Builder().url(url.toString()).header("User-Agent", USER_AGENT);
    token.ifPresent(it -> request.header("Authorization", "Bot " + it.reveal()));
    request.method(method, body(method, body));
    try (var response = client.newCall(request.build()).execute()) {
      return answer(response);
    } catch (PerhapsRead _) {
      throw DiscordFailure.unknown();
    } catch (IOException _) {
      throw DiscordFailure.notReached();
    }
  }

  private static @Nullable RequestBody body(String method, Optional<byte[]> body) {
    return switch (method) {
      case "GET", "DELETE" -> null;
      default -> RequestBody.create(body.orElse(new byte[0]), JSON);
    };
  }

  private static Answer answer(Response response) throws PerhapsRead {
    var type = String.valueOf(response.header("Content-Type")).toLowerCase(Locale.ROOT);
    try {
      return new Answer(
          response.code(),
          type.contains("json"),
          Optional.ofNullable(response.header("Retry-After"))
              .filter(seconds -> seconds.matches("\\d{1,6}"))
              .map(Long::valueOf),
          response.peekBody(ANSWER_BYTES_MAX).string());
    } catch (IOException e) {
      throw new PerhapsRead(e);
    }
  }

  /// A failure after a connection was there: the request may have been read.
  private static final class PerhapsRead extends IOException {
    private static final long serialVersionUID = 1;

    PerhapsRead(IOException cause) {
      super(cause);
    }
  }

  private static Response onceConnected(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (IOException e) {
      throw new PerhapsRead(e);
    }
  }

  @Override
  public void close() {
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
  }
}
