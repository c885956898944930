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
import java.util.Optional;
import org.telegram.telegrambots.client.okhttp.OkHttpTelegramClient;
import org.telegram.telegrambots.meta.TelegramUrl;
import org.telegram.telegrambots.meta.api.methods.botapimethods.BotApiMethod;
import org.telegram.telegrambots.meta.api.objects.ResponseParameters;
import org.telegram.telegrambots.meta.api.objects.Update;
import org.telegram.telegrambots.meta.exceptions.TelegramApiException;
import org.telegram.telegrambots.meta.exceptions.TelegramApiRequestException;

/// Calls Telegram's Bot API for all bots. Blocks for a bounded time, and retries nothing.
public final class TelegramApi {
  /// Reads what Telegram sends. Its API grows: fields that the library does not know are no error.
  static final ObjectMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final HttpTelegramTransport transport;
  private final TelegramUrl url;

  /// @param url empty for Telegram's own
  public TelegramApi(Optional<URI> url, HttpTelegramTransport transport) {
    this.url = url.map(TelegramApi::at).orElse(TelegramUrl.DEFAULT_URL);
    this.transport = transport;
  }

  private static TelegramUrl at(URI url) {
    boolean isTls = "https".equals(url.getScheme());
    return TelegramUrl.builder()
        .schema(isTls ? "https" : "http")
        .host(url.getHost())
        .port(url.getPort() >= 0 ? url.getPort() : isTls ? 443 : 80)
        .build();
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

  /// Waits for updates, some seconds at most.
  ///
  /// @param offset the first to get, and all before it are forgotten; 0 for all there are
  List<Update> updates(SecretText token, int offset) throws TelegramFailure {
    var client = new OkHttpTelegramClient(MAPPER, transport.pollingClient(), token.reveal(), url);
    try {
      return client.execute(
          new TelegramUpdates(offset, Math.toIntExact(HttpTelegramTransport.POLL.toSeconds())));
    } catch (TelegramApiException e) {
      throw failure(e);
    }
  }

  /// Ends the calls that wait for a bot's updates. What they would have brought comes again.
  void endUpdates(SecretText token) {
    transport.cancelPolls("/bot" + token.reveal() + "/");
  }

  private OkHttpTelegramClient client(SecretText token) {
    return new OkHttpTelegramClient(MAPPER, transport.client(), token.reveal(), url);
  }

  private static TelegramFailure failure(TelegramApiException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof TelegramApiRequestException refusal && isRefusal(refusal)) {
        return refused(refusal);
      }
      if (cause instanceof HttpTelegramTransport.Broken) {
        return new TelegramFailure(
            TelegramFailure.Kind.NOT_TAKEN,
            "Telegram is broken for the moment (%s).".formatted(cause.getMessage()));
      }
      if (cause instanceof HttpTelegramTransport.PerhapsRead
          || cause instanceof InterruptedException) {
        return unknown();
      }
    }
    return isOfTransport(thrown)
        ? new TelegramFailure(TelegramFailure.Kind.NOT_TAKEN, "Telegram was not reached.")
        : unknown();
  }

  private static TelegramFailure unknown() {
    return new TelegramFailure(TelegramFailure.Kind.UNKNOWN, "Telegram did not answer.");
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
        Optional.ofNullable(parameters)
            .map(ResponseParameters::getRetryAfter)
            .map(Duration::ofSeconds),
        Optional.ofNullable(parameters).map(ResponseParameters::getMigrateToChatId));
  }
}
