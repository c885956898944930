package dev.pennyworth.connectors.telegram;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.methods.updates.SetWebhook;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/// Calls Telegram's Bot API for all bots, over one pool of connections. Follows no redirect and
/// retries nothing. Blocks, for at most [#CALL_MAX].
public final class HttpTelegramApi implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final int CALLS_AT_ONCE_MAX = 256;
  private static final int IDLE_CONNECTIONS_MAX = 32;
  private static final long IDLE_SECONDS_MAX = 20;

  /// Reads what Telegram sends. Its API grows: fields that the library does not know are no error.
  static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final OkHttpClient http;
  private final TelegramUrl url;

  /// @param url empty for Telegram's own
  public HttpTelegramApi(Optional<URI> url, ExecutorService threads) {
    var dispatcher = new Dispatcher(threads);
    dispatcher.setMaxRequests(CALLS_AT_ONCE_MAX);
    dispatcher.setMaxRequestsPerHost(CALLS_AT_ONCE_MAX);
    this.url = url.map(HttpTelegramApi::at).orElse(TelegramUrl.DEFAULT_URL);
    this.http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(
                new ConnectionPool(IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS))
            .protocols(List.of(Protocol.HTTP_1_1))
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .connectTimeout(CONNECT_MAX)
            .readTimeout(CALL_MAX)
            .writeTimeout(CALL_MAX)
            .callTimeout(CALL_MAX)
            .addInterceptor(HttpTelegramApi::answerOfTelegram)
            .addNetworkInterceptor(HttpTelegramApi::onceConnected)
            .build();
  }

  private static TelegramUrl at(URI url) {
    boolean isTls = "https".equals(url.getScheme());
    return TelegramUrl.builder()
        .schema(isTls ? "https" : "http")
        .host(url.getHost())
        .port(url.getPort() >= 0 ? url.getPort() : isTls ? 443 : 80)
        .build();
  }

  /// Something between here and Telegram answered, or Telegram is broken.
  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1;

    Broken(int status) {
      super("status " + status);
    }
  }

  /// A failure after a connection was there: the request may have been read.
  private static final class PerhapsRead extends IOException {
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

  private static Response onceConnected(Interceptor.Chain chain) throws IOException {
    try {
      return chain.proceed(chain.request());
    } catch (IOException e) {
      throw new PerhapsRead(e);
    }
  }

  /// Makes a call and gives its result.
  <T extends Serializable, M extends BotApiMethod<T>> T execute(SecretText token, M method)
      throws TelegramFailure {
    try {
      return client(token).execute(method);
    } catch (TelegramApiException e) {
      throw failure(e);
    }
  }

  /// Registers a webhook.
  void execute(SecretText token, SetWebhook webhook) throws TelegramFailure {
    try {
      client(token).execute(webhook);
    } catch (TelegramApiException e) {
      throw failure(e);
    }
  }

  private OkHttpTelegramClient client(SecretText token) {
    return new OkHttpTelegramClient(MAPPER, http, token.reveal(), url);
  }

  private static TelegramFailure failure(TelegramApiException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof TelegramApiRequestException refusal && isRefusal(refusal)) {
        return refused(refusal);
      }
      if (cause instanceof Broken) {
        return new TelegramFailure(
            TelegramFailure.Kind.NOT_TAKEN,
            0,
            "Telegram is broken for the moment (%s).".formatted(cause.getMessage()),
            Optional.empty());
      }
      if (cause instanceof PerhapsRead || cause instanceof InterruptedException) {
        return unknown();
      }
    }
    return isOfTransport(thrown)
        ? new TelegramFailure(
            TelegramFailure.Kind.NOT_TAKEN, 0, "Telegram was not reached.", Optional.empty())
        : unknown();
  }

  private static TelegramFailure unknown() {
    return new TelegramFailure(
        TelegramFailure.Kind.UNKNOWN, 0, "Telegram did not answer.", Optional.empty());
  }

  /// The library's own failures to read an answer have no code, and come after one.
  private static boolean isOfTransport(TelegramApiException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof TelegramApiRequestException) {
        return false;
      }
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isRefusal(TelegramApiRequestException thrown) {
    return thrown.getErrorCode() != null && thrown.getErrorCode() > 0;
  }

  private static TelegramFailure refused(TelegramApiRequestException thrown) {
    var parameters = thrown.getParameters();
    int code = thrown.getErrorCode();
    return new TelegramFailure(
        code >= 500 ? TelegramFailure.Kind.NOT_TAKEN : TelegramFailure.Kind.REFUSED,
        code,
        String.valueOf(thrown.getApiResponse()),
        parameters == null
            ? Optional.empty()
            : Optional.ofNullable(parameters.getRetryAfter()).map(Duration::ofSeconds));
  }

  @Override
  public void close() {
    http.dispatcher().cancelAll();
    http.connectionPool().evictAll();
  }
}
