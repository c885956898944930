package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.HttpPublicOnlyDns.PrivateHostException;
import dev.pennyworth.agentloop.HttpStaleConnections;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import okhttp3.Dns;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/// The one connection pool through which owners' tools are called.
///
/// Owners' addresses are strangers' addresses: unless the operator allows private networks, a
/// connection goes to the very public address that was found for the name, whatever the name leads
/// to a moment later. No redirect is followed, no proxy is asked (it would resolve for itself), and
/// nothing is sent twice. HTTP/1.1 on the caller's own thread: an interrupt closes the connection.
public final class HttpToolConnection implements AutoCloseable {
  private static final int REQUESTS_MAX = 10_000;
  private static final int IDLE_CONNECTIONS_MAX = 256;
  private static final long IDLE_SECONDS_MAX = 60;
  private static final Duration CONNECT_TIMEOUT_MAX = Duration.ofSeconds(5);
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1); // zero would mean none

  /// Headers that belong to the connection, and are not an owner's to set.
  private static final Set<String> OUR_HEADERS =
      Set.of(
          "accept-encoding",
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final OkHttpClient http;

  public HttpToolConnection(boolean arePrivateNetworksAllowed) {
    this(arePrivateNetworksAllowed, Dns.SYSTEM);
  }

  HttpToolConnection(boolean arePrivateNetworksAllowed, Dns resolver) {
    var builder =
        HttpOnce.builder(Executors.newVirtualThreadPerTaskExecutor(), REQUESTS_MAX)
            .connectTimeout(CONNECT_TIMEOUT_MAX)
            .readTimeout(Duration.ZERO) // each call has a limit of its own
            .writeTimeout(Duration.ZERO)
            .proxy(Proxy.NO_PROXY)
            .dns(arePrivateNetworksAllowed ? resolver : new HttpPublicOnlyDns(resolver));
    HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
        .addNetworkInterceptor(HttpToolConnection::checkConnection);
    if (!arePrivateNetworksAllowed) {
      builder.addInterceptor(HttpToolConnection::refusePrivateLiteral);
    }
    this.http = builder.build();
  }

  /// Reads a response as far as it is wanted. What is left of it is thrown away.
  interface Reading<T> {
    T read(Response response) throws IOException;
  }

  /// Asks once, and blocks until `reading` is done or `timeout` has passed.
  <T> T ask(Request.Builder request, Duration timeout, Reading<T> reading) throws NoAnswer {
    var isWritten = new AtomicBoolean();
    var call = http.newCall(request.tag(AtomicBoolean.class, isWritten).build());
    var bounded = timeout.compareTo(TIMEOUT_MIN) < 0 ? TIMEOUT_MIN : timeout;
    call.timeout().timeout(bounded.toNanos(), TimeUnit.NANOSECONDS);
    try (var response = call.execute()) {
      return reading.read(response);
    } catch (IOException e) {
      throw new NoAnswer(reason(e, bounded), isWritten.get(), e);
    } finally {
      call.cancel(); // a rest that nobody reads does not keep the connection
    }
  }

  /// Adds an owner's headers, except those that are ours to set.
  ///
  /// @throws IllegalArgumentException if HTTP does not allow one
  static void addHeaders(Request.Builder request, Map<String, SecretText> headers) {
    headers.forEach((name, value) -> {
      if (!OUR_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        request.header(name, value.reveal());
      }
    });
  }

  /// A literal address is never resolved, so it is looked at here.
  private static Response refusePrivateLiteral(Interceptor.Chain chain) throws IOException {
    var host = chain.request().url().host();
    if (HttpPublicOnlyDns.isRefusedLiteral(host)) {
      throw new PrivateHostException(host);
    }
    return chain.proceed(chain.request());
  }

  /// Runs when there is a connection, before the request is written on it.
  private static Response checkConnection(Interceptor.Chain chain) throws IOException {
    var isWritten = chain.request().tag(AtomicBoolean.class);
    if (isWritten != null) {
      isWritten.set(true);
    }
    return chain.proceed(chain.request());
  }

  private static String reason(IOException cause, Duration timeout) {
    return switch (cause) {
      case PrivateHostException _ ->
          "Its address leads into a private network. The operator can allow that with"
              + " PENNYWORTH_ALLOW_PRIVATE_NETWORKS=true.";
      case UnknownHostException _ -> "Its host's name is not known.";
      case ConnectException _ -> "Its host refused the connection.";
      case SSLException _ -> "TLS failed: its host has no certificate that fits and is trusted.";
      case InterruptedIOException _ ->
          "It did not answer within %d ms.".formatted(timeout.toMillis());
      default -> "The connection was cut before it answered.";
    };
  }

  /// Breaks off what is under way.
  @Override
  public void close() {
    http.dispatcher().cancelAll();
    http.dispatcher().executorService().close();
    http.connectionPool().evictAll();
  }
}
