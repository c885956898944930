package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.HttpStaleConnections;
import java.io.IOException;
import java.net.Proxy;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dns;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.ResponseBody;

/// Makes the OkHttp on which the vendors' SDKs run: the same bounds for all of them.
final class HttpModelConnections {
  /// The longest answer that is read, stream or not.
  static final int ANSWER_BYTES_MAX = 16 << 20;

  private static final int REQUESTS_MAX = 10_000;
  private static final int IDLE_CONNECTIONS_MAX = 256;
  private static final long IDLE_SECONDS_MAX = 60;
  private static final Duration CONNECT_TIMEOUT_MAX = Duration.ofSeconds(10);
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1); // zero would mean none
  private static final long ERROR_BYTES_MAX = 64 << 10;

  /// Whether the current call got as far as a connection on which to write its request.
  private static final ScopedValue<AtomicBoolean> IS_WRITTEN = ScopedValue.newInstance();

  private HttpModelConnections() {}

  static OkHttpClient open(Dns resolver) {
    var builder =
        HttpOnce.builder(Executors.newVirtualThreadPerTaskExecutor(), REQUESTS_MAX)
            .dns(resolver)
            .addInterceptor(HttpModelConnections::boundErrors);
    return HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
        .addNetworkInterceptor(HttpModelConnections::checkConnection)
        .build();
  }

  /// The same pool for addresses set by owners: through a resolver that knows public addresses
  /// only, and past any proxy, which would resolve for itself. OkHttp never lends a connection that
  /// one resolver opened to a call with another.
  static OkHttpClient publicOnly(OkHttpClient http, Dns resolver) {
    return http.newBuilder().dns(new HttpPublicOnlyDns(resolver)).proxy(Proxy.NO_PROXY).build();
  }

  static void close(OkHttpClient http) {
    http.dispatcher().executorService().close();
    http.connectionPool().evictAll();
  }

  /// Makes a call, and notes whether the provider may have seen its request.
  static <T, X extends Throwable> T call(
      AtomicBoolean isWritten, ScopedValue.CallableOp<T, X> exchange) throws X {
    return ScopedValue.where(IS_WRITTEN, isWritten).call(exchange);
  }

  /// A timeout as OkHttp can take it.
  static Duration bounded(Duration timeout) {
    return timeout.compareTo(TIMEOUT_MIN) < 0 ? TIMEOUT_MIN : timeout;
  }

  /// How long a call with this timeout may take to connect.
  static Duration connectTimeout(Duration timeout) {
    var bounded = bounded(timeout);
    return bounded.compareTo(CONNECT_TIMEOUT_MAX) < 0 ? bounded : CONNECT_TIMEOUT_MAX;
  }

  /// Runs when there is a connection, before the request is written on it.
  private static Response checkConnection(Interceptor.Chain chain) throws IOException {
    if (IS_WRITTEN.isBound()) {
      IS_WRITTEN.get().set(true);
    }
    return chain.proceed(chain.request());
  }

  /// The SDKs read an error's body whole. The status is the answer: its body matters little, and
  /// nothing if it breaks off.
  private static Response boundErrors(Interceptor.Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      return response.newBuilder().body(beginning(response)).build();
    }
  }

  private static ResponseBody beginning(Response response) {
    try {
      return response.peekBody(ERROR_BYTES_MAX);
    } catch (IOException _) {
      return ResponseBody.create("", MediaType.get("application/json"));
    }
  }
}
