package dev.pennyworth.connectors.slack;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpStaleConnections;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/// The connections to Slack, one pool for all bots. Follows no redirect and retries nothing. Its
/// failures tell what the library would hide: whether a call was taken.
public final class HttpSlackTransport implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final int CALLS_AT_ONCE_MAX = 256;
  private static final int IDLE_CONNECTIONS_MAX = 32;
  private static final long IDLE_SECONDS_MAX = 20;
  private static final long ANSWER_BYTES_MAX = 1_000_000;

  /// However long Slack asks us to wait: an answer is not wanted later.
  private static final long RETRY_AFTER_SECONDS_MAX = 3_600;

  private final OkHttpClient client;

  public HttpSlackTransport(ExecutorService threads) {
    var builder =
        HttpOnce.builder(threads, CALLS_AT_ONCE_MAX)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CALL_MAX)
            .writeTimeout(CALL_MAX)
            .callTimeout(CALL_MAX)
            .addInterceptor(HttpSlackTransport::answerOfSlack);
    this.client =
        HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
            .addNetworkInterceptor(HttpSlackTransport::onceConnected)
            .build();
  }

  OkHttpClient client() {
    return client;
  }

  /// Something between here and Slack answered, or Slack is broken: nothing was taken.
  static final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(int status) {
      super("status " + status);
    }
  }

  /// Slack asks for a slower pace: nothing was taken.
  static final class TooFast extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Optional<Duration> retryAfter;

    TooFast(Optional<Duration> retryAfter) {
      super("status 429");
      this.retryAfter = retryAfter;
    }

    Optional<Duration> retryAfter() {
      return retryAfter;
    }
  }

  /// No connection came about: nothing was taken.
  static final class NotReached extends IOException {
    private static final long serialVersionUID = 1;

    NotReached(IOException cause) {
      super(cause);
    }
  }

  /// A failure after a connection was there: the request may have been read.
  static final class PerhapsRead extends IOException {
    private static final long serialVersionUID = 1;

    PerhapsRead(String message) {
      super(message);
    }

    PerhapsRead(IOException cause) {
      super(cause);
    }
  }

  /// Slack answers 200 whatever it thinks of a call. Other answers are those of what stands before
  /// it, and the library dies of a 200 that is no JSON.
  private static Response answerOfSlack(Interceptor.Chain chain) throws IOException {
    Response response;
    try {
      response = chain.proceed(chain.request());
    } catch (PerhapsRead e) {
      throw e;
    } catch (IOException e) {
      throw new NotReached(e);
    }
    try {
      requireAnswer(response);
      return response;
    } catch (IOException e) {
      response.close();
      throw e;
    }
  }

  private static void requireAnswer(Response response) throws IOException {
    if (response.code() == 429) {
      throw new TooFast(retryAfter(response.header("Retry-After", "")));
    }
    if (!response.isSuccessful()) {
      throw new Broken(response.code());
    }
    if (!response.peekBody(ANSWER_BYTES_MAX).string().startsWith("{")) {
      throw new PerhapsRead("the answer is no JSON object");
    }
  }

  private static Optional<Duration> retryAfter(@Nullable String seconds) {
    return Optional.ofNullable(seconds)
        .filter(text -> text.matches("\\d{1,9}"))
        .map(Long::parseLong)
        .map(asked -> Duration.ofSeconds(Math.min(asked, RETRY_AFTER_SECONDS_MAX)));
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
