package dev.pennyworth.connectors.whatsapp;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpStaleConnections;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// The connections to Meta's Graph API, one pool for all bots. Follows no redirect and retries
/// nothing. Its failures tell whether a call was taken.
public final class HttpWhatsAppTransport implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final int CALLS_AT_ONCE_MAX = 256;
  private static final int IDLE_CONNECTIONS_MAX = 32;
  private static final long IDLE_SECONDS_MAX = 20;
  private static final int ANSWER_BYTES_MAX = 256 * 1024;
  private static final Duration RETRY_AFTER_MAX = Duration.ofHours(1);
  private static final MediaType JSON = MediaType.get("application/json");

  private final OkHttpClient client;

  public HttpWhatsAppTransport(ExecutorService threads) {
    var builder =
        HttpOnce.builder(threads, CALLS_AT_ONCE_MAX)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CALL_MAX)
            .writeTimeout(CALL_MAX)
            .callTimeout(CALL_MAX);
    this.client =
        HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
            .addNetworkInterceptor(HttpWhatsAppTransport::onceConnected)
            .build();
  }

  /// What came back.
  ///
  /// @param isJson as it says itself; a proxy's page does not
  record Answer(int status, boolean isJson, String body, Optional<Duration> retryAfter) {
    boolean isGood() {
      return status >= 200 && status < 300;
    }
  }

  /// A failure after a connection was there: the request may have been read.
  static final class PerhapsRead extends IOException {
    private static final long serialVersionUID = 1;

    PerhapsRead(IOException cause) {
      super(cause);
    }
  }

  /// Makes a call.
  ///
  /// @param path below the API's address, without a slash before it
  /// @param body JSON; empty to read
  /// @throws PerhapsRead if it may have been taken
  /// @throws IOException if it was not
  Answer call(URI api, String path, List<Parameter> query, String token, Optional<byte[]> body)
      throws IOException {
    var url = HttpUrl.get(api.toString()).newBuilder().addPathSegments(path);
    query.forEach(one -> url.addQueryParameter(one.name(), one.value()));
    var request = new Request.Builder().url(url.build()).header("Authorization", "Bearer " + token);
    body.ifPresent(bytes -> request.post(RequestBody.create(bytes, JSON)));
    try (var response = client.newCall(request.build()).execute()) {
      return answer(response);
    }
  }

  /// Of a query.
  record Parameter(String name, String value) {}

  private static Answer answer(Response response) throws IOException {
    var type = String.valueOf(response.header("Content-Type")).toLowerCase(Locale.ROOT);
    try {
      return new Answer(
          response.code(),
          type.contains("json") || type.contains("javascript"), // older versions said the latter
          response.peekBody(ANSWER_BYTES_MAX).string(),
          retryAfter(String.valueOf(response.header("Retry-After"))));
    } catch (IOException e) {
      throw new PerhapsRead(e);
    }
  }

  private static Optional<Duration> retryAfter(String seconds) {
    if (!seconds.matches("\\d{1,9}")) {
      return Optional.empty();
    }
    var asked = Duration.ofSeconds(Long.parseLong(seconds));
    return Optional.of(asked.compareTo(RETRY_AFTER_MAX) < 0 ? asked : RETRY_AFTER_MAX);
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
