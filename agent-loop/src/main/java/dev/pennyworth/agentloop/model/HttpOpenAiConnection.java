package dev.pennyworth.agentloop.model;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.core.LogLevel;
import com.openai.core.RequestOptions;
import com.openai.core.Timeout;
import com.openai.core.http.HttpResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dns;
import okhttp3.OkHttpClient;

/// The one connection pool through which all models are called that speak OpenAI's protocol: the
/// official SDK over one OkHttp. Key and address come with each call.
///
/// Addresses set by owners lead to public hosts only. The rules for all models' connections stand
/// at [HttpModelConnections].
public final class HttpOpenAiConnection implements AutoCloseable {
  // The SDK asks for a key before it can be told one.
  private static final String NO_KEY = "none";

  private final OkHttpClient http;
  private final OpenAIClient anywhere;
  private final OpenAIClient publicOnly;

  public HttpOpenAiConnection() {
    this(Dns.SYSTEM);
  }

  HttpOpenAiConnection(Dns resolver) {
    http = HttpModelConnections.open(resolver);
    anywhere = sdk(http);
    publicOnly = sdk(HttpModelConnections.publicOnly(http, resolver));
  }

  private static OpenAIClient sdk(OkHttpClient http) {
    return OpenAIOkHttpClient.builder()
        .okHttpClient(http)
        .apiKey(NO_KEY)
        .maxRetries(0)
        .logLevel(LogLevel.OFF) // whatever OPENAI_LOG says: bodies are other people's messages
        .disableTelemetry(true)
        .build();
  }

  /// Where a call goes.
  ///
  /// @param apiKey empty to send none
  /// @param isPublicOnly whether private addresses are refused
  record Destination(URI baseUrl, Optional<SecretText> apiKey, boolean isPublicOnly) {}

  /// What came of a call.
  sealed interface Outcome {
    /// A status of 2xx with all of its body.
    record Success(String body, Optional<String> requestId) implements Outcome {}

    /// Any other status.
    ///
    /// @param code the provider's word for the error, which may be anything
    record Refusal(int status, Optional<String> code) implements Outcome {}

    /// No answer, or half of one.
    ///
    /// @param isWritten whether the provider may have seen the request
    record Silence(IOException cause, boolean isWritten) implements Outcome {}
  }

  /// Asks once, and blocks until the whole answer is there or `timeout` has passed.
  Outcome ask(ChatCompletionCreateParams params, Destination destination, Duration timeout) {
    var isWritten = new AtomicBoolean();
    try {
      return HttpModelConnections.call(isWritten, () -> exchange(params, destination, timeout));
    } catch (OpenAIServiceException e) {
      return new Outcome.Refusal(e.statusCode(), code(e));
    } catch (OpenAIException e) {
      return new Outcome.Silence(
          e.getCause() instanceof IOException io ? io : new IOException(e), isWritten.get());
    } catch (IOException e) {
      return new Outcome.Silence(e, isWritten.get());
    }
  }

  private Outcome exchange(
      ChatCompletionCreateParams params, Destination destination, Duration timeout)
      throws IOException {
    var client = destination.isPublicOnly() ? publicOnly : anywhere;
    try (HttpResponse response =
        client
            .withOptions(options -> address(options, destination))
            .withRawResponse()
            .chat()
            .completions()
            .create(params, RequestOptions.builder().timeout(within(timeout)).build())) {
      byte[] body = response.body().readNBytes(HttpModelConnections.ANSWER_BYTES_MAX + 1);
      if (body.length > HttpModelConnections.ANSWER_BYTES_MAX) {
        throw new IOException(
            "the answer is longer than " + HttpModelConnections.ANSWER_BYTES_MAX + " bytes");
      }
      return new Outcome.Success(new String(body, StandardCharsets.UTF_8), response.requestId());
    }
  }

  private static void address(ClientOptions.Builder options, Destination destination) {
    options.baseUrl(destination.baseUrl().toString());
    destination
        .apiKey()
        .ifPresentOrElse(
            key -> options.apiKey(key.reveal()), () -> options.removeHeaders("Authorization"));
  }

  private static Optional<String> code(OpenAIServiceException e) {
    try {
      return e.code();
    } catch (OpenAIInvalidDataException _) {
      return Optional.empty(); // some servers send a number
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
