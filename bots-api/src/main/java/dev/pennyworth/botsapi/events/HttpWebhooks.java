package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.HttpPublicOnlyDns.PrivateHostException;
import dev.pennyworth.agentloop.HttpStaleConnections;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Delivered;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Failed;
import dev.pennyworth.botsapi.events.DeliveryOutcome.Refused;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.Proxy;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import javax.net.ssl.SSLException;
import okhttp3.Dns;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// Posts to owners' addresses, once for each call: no redirect is followed, nothing is sent again,
/// and unless the operator allows private networks, a connection goes to the very public address
/// that was found for the name.
final class HttpWebhooks implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int REQUESTS_MAX = 64;
  private static final int IDLE_CONNECTIONS_MAX = 64;
  private static final long IDLE_SECONDS_MAX = 30;
  private static final long ANSWER_BYTES_READ_MAX = 2_048;
  private static final int ANSWER_SHOWN_MAX = 300;
  private static final int ERROR_LENGTH_MAX = 500;
  private static final MediaType JSON = MediaType.get("application/json");

  private final OkHttpClient http;

  HttpWebhooks(boolean arePrivateNetworksAllowed, ExecutorService threads) {
    var builder = HttpOnce.builder(threads, REQUESTS_MAX).callTimeout(TIMEOUT);
    if (!arePrivateNetworksAllowed) {
      // A proxy would resolve for itself.
      builder
          .dns(new HttpPublicOnlyDns(Dns.SYSTEM))
          .proxy(Proxy.NO_PROXY)
          .addInterceptor(HttpWebhooks::refusePrivateLiteral);
    }
    this.http =
        HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX).build();
  }

  /// A literal address is never resolved, so it is looked at here.
  private static Response refusePrivateLiteral(okhttp3.Interceptor.Chain chain) throws IOException {
    var host = chain.request().url().host();
    if (HttpPublicOnlyDns.isRefusedLiteral(host)) {
      throw new PrivateHostException(host);
    }
    return chain.proceed(chain.request());
  }

  /// Posts, and blocks until there is an answer or 10 s have passed.
  ///
  /// @param now for a `Retry-After` that names a time
  DeliveryOutcome post(String url, Map<String, String> headers, byte[] body, Instant now) {
    try {
      var request = new Request.Builder().url(url).post(RequestBody.create(body, JSON));
      headers.forEach(request::header);
      try (var response = http.newCall(request.build()).execute()) {
        return outcome(response, now);
      }
    } catch (IOException e) {
      return DeliveryOutcome.failed(reason(e));
    } catch (IllegalArgumentException _) {
      return DeliveryOutcome.failed("The address is not one that can be called.");
    }
  }

  private static DeliveryOutcome outcome(Response response, Instant now) {
    int status = response.code();
    if (response.isSuccessful()) {
      return new Delivered(Optional.of(status));
    }
    if (response.isRedirect()) {
      return new Failed(
          Optional.of(status),
          "It answered %d, a redirect, which is not followed. Set the address that it leads to."
              .formatted(status),
          Optional.empty());
    }
    if (status == 410) {
      return new Refused(
          Optional.of(status), "It answered 410 Gone: it wants nothing any more.", true);
    }
    return new Failed(
        Optional.of(status),
        cut("It answered %d%s".formatted(status, said(response)), ERROR_LENGTH_MAX),
        retryAfter(response, now));
  }

  /// The beginning of what it said, if that is text.
  private static String said(Response response) {
    try {
      var text = CleanText.of(response.peekBody(ANSWER_BYTES_READ_MAX).string());
      var line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
      return line.isEmpty() ? "." : ": " + cut(line, ANSWER_SHOWN_MAX);
    } catch (IOException _) {
      return "."; // the status is the answer
    }
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : CleanText.of(text.substring(0, max - 1)) + "…";
  }

  private static Optional<Duration> retryAfter(Response response, Instant now) {
    var header = response.header("Retry-After");
    if (header == null || (response.code() != 429 && response.code() != 503)) {
      return Optional.empty();
    }
    if (header.matches("\\d{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(header)));
    }
    try {
      var until = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(now, until)).filter(Duration::isPositive);
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  private static String reason(IOException cause) {
    return switch (cause) {
      case PrivateHostException _ ->
          "Not called: the address leads into a private network, which the operator has to allow.";
      case UnknownHostException _ -> "The host's name is not known.";
      case ConnectException _ -> "The connection was refused.";
      case SSLException _ -> "TLS failed: the host has no certificate that fits and is trusted.";
      case InterruptedIOException _ ->
          "It did not answer within %d seconds.".formatted(TIMEOUT.toSeconds());
      default -> "The connection was cut before it answered.";
    };
  }

  /// Breaks off what is under way.
  @Override
  public void close() {
    http.dispatcher().cancelAll();
    http.connectionPool().evictAll();
  }
}
