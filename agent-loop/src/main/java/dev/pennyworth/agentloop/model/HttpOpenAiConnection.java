package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.core.LogLevel;
import com.openai.core.ObjectMappers;
import com.openai.core.RequestOptions;
import com.openai.core.Timeout;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
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
        .okHttpClient(http.newBuilder().addInterceptor(HttpAnswerForm::label).build())
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
    /// A status of 2xx with all of its body, which is no stream.
    record Whole(String body, Optional<String> requestId) implements Outcome {}

    /// A status of 2xx and a stream, whose chunks the listener was told.
    record Streamed(End end, Optional<String> requestId) implements Outcome {}

    /// Any other status.
    ///
    /// @param code the provider's word for the error, which may be anything
    record Refusal(int status, Optional<String> code) implements Outcome {}

    /// No answer, or half of one that is no stream.
    ///
    /// @param isWritten whether the provider may have seen the request
    record Silence(IOException cause, boolean isWritten) implements Outcome {}
  }

  /// How a stream ended.
  sealed interface End {
    /// As it should.
    record Regular() implements End {}

    /// The listener wanted no more.
    record Overlong() implements End {}

    /// The provider sent an error.
    ///
    /// @param code the provider's word for it, which may be anything
    record ProviderError(Optional<String> code) implements End {}

    /// It was cut, time ran out, or what came is no chunk.
    record Broken(IOException cause) implements End {}
  }

  /// Asks once, and blocks until the whole answer is there or `timeout` has passed.
  ///
  /// @param listener is told each chunk of a stream, and says whether it wants more
  Outcome ask(
      ChatCompletionCreateParams params,
      Destination destination,
      Duration timeout,
      Predicate<JsonNode> listener) {
    var isWritten = new AtomicBoolean();
    try {
      return HttpModelConnections.call(
          isWritten, () -> exchange(params, destination, timeout, listener));
    } catch (OpenAIServiceException e) {
      return new Outcome.Refusal(e.statusCode(), code(e));
    } catch (OpenAIException e) {
      return new Outcome.Silence(cause(e), isWritten.get());
    } catch (IOException e) {
      return new Outcome.Silence(e, isWritten.get());
    }
  }

  private Outcome exchange(
      ChatCompletionCreateParams params,
      Destination destination,
      Duration timeout,
      Predicate<JsonNode> listener)
      throws IOException {
    var client = destination.isPublicOnly() ? publicOnly : anywhere;
    try (var response =
        client
            .withOptions(options -> address(options, destination))
            .withRawResponse()
            .chat()
            .completions()
            .createStreaming(params, RequestOptions.builder().timeout(within(timeout)).build())) {
      if (HttpAnswerForm.isJson(response.headers().values("content-type"))) {
        return new Outcome.Whole(
            new String(response.body().readAllBytes(), StandardCharsets.UTF_8),
            response.requestId());
      }
      return new Outcome.Streamed(listen(response, listener), response.requestId());
    }
  }

  private static End listen(
      HttpResponseFor<StreamResponse<ChatCompletionChunk>> response, Predicate<JsonNode> listener) {
    try (var stream = response.parse()) {
      var chunks = stream.stream().iterator();
      while (chunks.hasNext()) {
        if (!listener.test(ObjectMappers.jsonMapper().valueToTree(chunks.next()))) {
          return new End.Overlong();
        }
      }
      return new End.Regular();
    } catch (OpenAIServiceException e) {
      return new End.ProviderError(code(e));
    } catch (OpenAIException e) {
      return new End.Broken(cause(e));
    }
  }

  private static IOException cause(OpenAIException e) {
    return e.getCause() instanceof IOException io ? io : new IOException(e);
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
