package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.HttpOnce;
import dev.pennyworth.agentloop.HttpStaleConnections;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/// The connections to Telegram, one pool for all bots. Follows no redirect and retries nothing. Its
/// failures tell what the library would hide: whether a call was taken.
public final class HttpTelegramTransport implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final int CALLS_AT_ONCE_MAX = 256;
  private static final int IDLE_CONNECTIONS_MAX = 32;

  /// How long Telegram is asked to wait for updates.
  static final Duration POLL = Duration.ofSeconds(30);

  private static final Duration POLL_CALL_MAX = POLL.plusSeconds(15);

  /// As many bots as one process listens for, and as many again whose last call still ends.
  private static final int POLLS_AT_ONCE_MAX = 4_000;

  private static final long IDLE_SECONDS_MAX = 20;

  /// The methods that are called, as Telegram writes them. It takes any case; what stands in its
  /// place may not, and the library writes most of them small.
  private static final List<String> METHODS =
      List.of(
          "deleteWebhook",
          "getMe",
          "getUpdates",
          "getWebhookInfo",
          "sendChatAction",
          "sendMessage",
          "setWebhook");

  private final String pathPrefix;

  private final OkHttpClient client;
  private final OkHttpClient pollingClient;

  /// @param url where the API is, of which the library takes no path; empty for Telegram's own
  public HttpTelegramTransport(Optional<URI> url, ExecutorService threads) {
    this.pathPrefix = url.map(URI::getRawPath).orElse("").replaceAll("/+$", "");
    var builder =
        HttpOnce.builder(threads, CALLS_AT_ONCE_MAX)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CALL_MAX)
            .writeTimeout(CALL_MAX)
            .callTimeout(CALL_MAX)
            .addInterceptor(HttpTelegramAnswers::readable)
            .addInterceptor(HttpTelegramTransport::answerOfTelegram)
            .addInterceptor(this::asDocumented);
    this.client =
        HttpStaleConnections.keepOff(builder, IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX)
            .addNetworkInterceptor(HttpTelegramTransport::onceConnected)
            .build();
    this.pollingClient = pollingClient(threads);
  }

  /// Its calls last long, so that they have connections of their own.
  private OkHttpClient pollingClient(ExecutorService threads) {
    return client
        .newBuilder()
        .dispatcher(HttpOnce.dispatcher(threads, POLLS_AT_ONCE_MAX))
        .connectionPool(new ConnectionPool(POLLS_AT_ONCE_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS))
        .readTimeout(POLL_CALL_MAX)
        .callTimeout(POLL_CALL_MAX)
        .build();
  }

  OkHttpClient pollingClient() {
    return pollingClient;
  }

  OkHttpClient client() {
    return client;
  }

  void cancelPolls(String pathPrefix) {
    pollingClient.dispatcher().runningCalls().stream()
        .filter(call -> call.request().url().encodedPath().startsWith(pathPrefix))
        .forEach(Call::cancel);
  }

  /// Something between here and Telegram answered, or Telegram is broken.
  static final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(int status) {
      super("status " + status);
    }
  }

  /// A failure after a connection was there: the request may have been read.
  static final class PerhapsRead extends IOException {
    private static final long serialVersionUID = 1;

    PerhapsRead(IOException cause) {
      super(cause);
    }
  }

  /// The library sees the body only; a proxy's page and its status would look like anything.
  private static Response answerOfTelegram(Interceptor.Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    boolean isJson =
        String.valueOf(response.header("Content-Type")).toLowerCase(Locale.ROOT).contains("json");
    if (response.code() >= 500 || (!response.isSuccessful() && !isJson)) {
      response.close();
      throw new Broken(response.code());
    }
    return response;
  }

  private Response asDocumented(Interceptor.Chain chain) throws IOException {
    var request = chain.request();
    var url = request.url();
    int last = url.pathSize() - 1;
    var method = url.pathSegments().get(last);
    var named =
        url.newBuilder()
            .setPathSegment(
                last, METHODS.stream().filter(method::equalsIgnoreCase).findFirst().orElse(method))
            .build();
    var placed = named.newBuilder().encodedPath(pathPrefix + named.encodedPath()).build();
    return chain.proceed(request.newBuilder().url(placed).build());
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
    for (var each : List.of(client, pollingClient)) {
      each.dispatcher().cancelAll();
      each.connectionPool().evictAll();
    }
  }
}
