package dev.pennyworth.agentloop.model;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.AnthropicClientImpl;
import com.anthropic.core.ClientOptions;
import com.anthropic.core.LogLevel;
import com.anthropic.core.RequestOptions;
import com.anthropic.core.Timeout;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dns;
import okhttp3.OkHttpClient;

/// The one connection pool through which Anthropic's models are called: the official SDK over one
/// OkHttp. Key and address come with each call. The rules for all models' connections stand at
/// [HttpModelConnections].
public final class HttpAnthropicConnection implements AutoCloseable {
  private static final String KEY_HEADER = "X-Api-Key";
  private static final int COUNT_BYTES_MAX = 64 << 10;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OkHttpClient http;
  private final AnthropicClient sdk;

  public HttpAnthropicConnection() {
    http = HttpModelConnections.open(Dns.SYSTEM);
    sdk =
        new AnthropicClientImpl(
            ClientOptions.builder()
                .httpClient(new HttpAnthropicTransport(http))
                .maxRetries(0)
                .logLevel(LogLevel.OFF) // whatever ANTHROPIC_LOG says
                .build());
  }

  /// Where a call goes, and with whose key.
  record Destination(URI baseUrl, SecretText apiKey) {}

  /// What came of a call, beside what the answer was told.
  sealed interface Outcome {
    /// A status of 2xx, and all of its body was read.
    record Success() implements Outcome {}

    /// Any other status.
    ///
    /// @param type the provider's word for the error, which may be anything
    record Refusal(int status, Optional<String> type) implements Outcome {}

    /// No answer, or half of one.
    ///
    /// @param isWritten whether the provider may have seen the request
    record Silence(IOException cause, boolean isWritten) implements Outcome {}
  }

  /// Asks once for a stream, and blocks until all of it is there or `timeout` has passed.
  ///
  /// @param answer is told what comes, as it comes
  Outcome ask(
      MessageCreateParams params,
      Destination destination,
      Duration timeout,
      AnthropicAnswer answer) {
    var isWritten = new AtomicBoolean();
    try {
      return HttpModelConnections.call(
          isWritten, () -> exchange(params, destination, timeout, answer));
    } catch (AnthropicServiceException e) {
      return new Outcome.Refusal(e.statusCode(), type(e));
    } catch (AnthropicException e) {
      return new Outcome.Silence(
          e.getCause() instanceof IOException io ? io : new IOException(e), isWritten.get());
    } catch (IOException e) {
      return new Outcome.Silence(e, isWritten.get());
    }
  }

  private Outcome exchange(
      MessageCreateParams params, Destination destination, Duration timeout, AnthropicAnswer answer)
      throws IOException {
    try (HttpResponse response =
        sdk.withOptions(options -> address(options, destination))
            .withRawResponse()
            .messages()
            .createStreaming(params, RequestOptions.builder().timeout(within(timeout)).build())) {
      response.requestId().ifPresent(answer::requestId);
      read(response, answer);
      return new Outcome.Success();
    }
  }

  /// Asks once how many tokens an input has, which costs nothing.
  ///
  /// @return empty if there is no answer, or none with a number in it
  OptionalLong count(MessageCountTokensParams params, Destination destination, Duration timeout) {
    var options = RequestOptions.builder().timeout(within(timeout)).build();
    try (HttpResponse response =
        sdk.withOptions(client -> address(client, destination))
            .withRawResponse()
            .messages()
            .countTokens(params, options)) {
      var tokens = JSON.readTree(new BoundedStream(response.body(), COUNT_BYTES_MAX));
      var counted = tokens.path("input_tokens");
      return counted.isIntegralNumber() && counted.canConvertToLong()
          ? OptionalLong.of(counted.longValue())
          : OptionalLong.empty();
    } catch (AnthropicException | IOException _) {
      return OptionalLong.empty();
    }
  }

  private static void address(ClientOptions.Builder options, Destination destination) {
    options
        .baseUrl(destination.baseUrl().toString())
        .replaceHeaders(KEY_HEADER, destination.apiKey().reveal());
  }

  /// A stream, or one JSON object from a server that does not stream.
  private static void read(HttpResponse response, AnthropicAnswer answer) throws IOException {
    var body = new BoundedStream(response.body(), HttpModelConnections.ANSWER_BYTES_MAX);
    if (isJson(response)) {
      answer.whole(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    } else {
      ServerSentEvents.read(body, answer::event);
    }
  }

  private static boolean isJson(HttpResponse response) {
    return response.headers().values("content-type").stream()
        .anyMatch(type -> type.toLowerCase(Locale.ROOT).contains("json"));
  }

  private static Optional<String> type(AnthropicServiceException e) {
    try {
      return e.type().map(type -> type.asString());
    } catch (AnthropicException _) {
      return Optional.empty(); // not a text
    }
  }

  private static Timeout within(Duration timeout) {
    var bounded = HttpModelConnections.bounded(timeout);
    return Timeout.builder()
        .connect(HttpModelConnections.connectTimeout(timeout))
        .read(bounded)
        .write(bounded)
        .request(bounded)
        .build();
  }

  @Override
  public void close() {
    HttpModelConnections.close(http);
  }
}
