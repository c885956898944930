package dev.pennyworth.agentloop.model;

import com.google.genai.Client;
import com.google.genai.errors.ApiException;
import com.google.genai.errors.GenAiIOException;
import com.google.genai.types.ClientOptions;
import com.google.genai.types.Content;
import com.google.genai.types.CountTokensConfig;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import okhttp3.Dns;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/// The one connection pool through which Gemini is called: one client of the official SDK over one
/// OkHttp.
///
/// The SDK binds a key to its client. Ours has a stand-in, and the key of each call takes its place
/// just before the request is written, so that a thousand keys need neither a thousand clients nor
/// a thread more. Its retries are off: with one attempt and no status to repeat it neither asks
/// again nor sleeps.
public final class HttpGeminiConnection implements AutoCloseable {
  private static final URI GOOGLE = URI.create("https://generativelanguage.googleapis.com");
  private static final String VERSION = "v1beta";
  private static final Pattern VERSION_AT_THE_END = Pattern.compile("/v\\d\\w*/*$");
  private static final String COUNT = ":countTokens";
  private static final String KEY_HEADER = "x-goog-api-key";
  // The SDK asks for a key before it can be told one.
  private static final String NO_KEY = "none";

  /// What goes with a call besides the request.
  ///
  /// @param cut is told what broke a stream off
  record Call(SecretText key, AtomicReference<IOException> cut) {}

  private static final ScopedValue<Call> CALL = ScopedValue.newInstance();

  private final OkHttpClient http;
  private final Client client;

  /// @param baseUrl where Gemini is; may end with the version of the API
  public HttpGeminiConnection(URI baseUrl) {
    http =
        HttpModelConnections.open(Dns.SYSTEM)
            .newBuilder()
            .connectTimeout(HttpModelConnections.connectTimeout(Duration.ofDays(1)))
            .readTimeout(Duration.ZERO) // the call's timeout is for all of it
            .writeTimeout(Duration.ZERO)
            .addInterceptor(HttpGeminiConnection::adapt)
            .addInterceptor(HttpAnswerForm::label)
            .build();
    client =
        Client.builder()
            .vertexAI(false)
            .apiKey(NO_KEY)
            .httpOptions(options(baseUrl.toString()))
            .clientOptions(ClientOptions.builder().customHttpClient(http).build())
            .build();
  }

  /// At Google's.
  public HttpGeminiConnection() {
    this(GOOGLE);
  }

  private static HttpOptions options(String baseUrl) {
    return HttpOptions.builder()
        .baseUrl(baseUrl)
        .apiVersion(VERSION_AT_THE_END.matcher(baseUrl).find() ? "" : VERSION)
        .retryOptions(
            HttpRetryOptions.builder().attempts(1).httpStatusCodes(List.<Integer>of()).build())
        .build();
  }

  /// Runs inside of the rules of all models' connections.
  private static Response adapt(Interceptor.Chain chain) throws IOException {
    var call = CALL.get();
    var request = chain.request().newBuilder().header(KEY_HEADER, call.key().reveal()).build();
    var response = chain.proceed(request);
    boolean isStream = !request.url().encodedPath().endsWith(COUNT);
    return response.isSuccessful() && isStream
        ? HttpGeminiEvents.of(response, call.cut())
        : response;
  }

  /// What came of a call.
  sealed interface Outcome {
    /// A status of 2xx and a stream, whose chunks the listener was told.
    record Streamed(End end) implements Outcome {}

    /// Any other status.
    ///
    /// @param word the provider's word for the error, which may be anything
    record Refusal(int status, String word) implements Outcome {}

    /// No answer.
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
    /// @param word the provider's word for it, which may be anything
    record ProviderError(int status, String word) implements End {}

    /// It was cut, time ran out, or what came is no chunk.
    record Broken(IOException cause) implements End {}
  }

  /// A request, but for its key.
  record Question(String model, List<Content> contents, GenerateContentConfig config) {
    Question {
      contents = List.copyOf(contents);
    }
  }

  /// Asks once, and blocks until the whole answer is there or `timeout` has passed.
  ///
  /// @param listener is told each chunk, and says whether it wants more
  Outcome ask(
      Question question,
      SecretText key,
      Duration timeout,
      Predicate<GenerateContentResponse> listener) {
    var isWritten = new AtomicBoolean();
    var call = new Call(key, new AtomicReference<>());
    return HttpModelConnections.call(
        isWritten,
        () ->
            ScopedValue.where(CALL, call)
                .call(() -> exchange(question, timeout, listener, call, isWritten)));
  }

  private Outcome exchange(
      Question question,
      Duration timeout,
      Predicate<GenerateContentResponse> listener,
      Call call,
      AtomicBoolean isWritten) {
    var config =
        question.config().toBuilder()
            .httpOptions(HttpOptions.builder().timeout(millis(timeout)).build())
            .build();
    try (var chunks =
        client.models.generateContentStream(question.model(), question.contents(), config)) {
      return new Outcome.Streamed(listen(chunks, listener, call));
    } catch (ApiException e) {
      return new Outcome.Refusal(e.code(), String.valueOf(e.status()));
    } catch (GenAiIOException e) {
      return new Outcome.Silence(cause(e), isWritten.get());
    }
  }

  /// Asks once how many tokens an input has, which costs nothing.
  ///
  /// @return empty if there is no answer, or none with a number in it
  OptionalLong count(Question question, SecretText key, Duration timeout) {
    var config =
        CountTokensConfig.builder()
            .httpOptions(
                HttpOptions.builder()
                    .timeout(millis(timeout))
                    .extraBody(GeminiBody.count(question))
                    .build())
            .build();
    return ScopedValue.where(CALL, new Call(key, new AtomicReference<>()))
        .call(() -> count(question.model(), config));
  }

  private OptionalLong count(String model, CountTokensConfig config) {
    try {
      var counted = client.models.countTokens(model, List.<Content>of(), config).totalTokens();
      return counted.isPresent() ? OptionalLong.of(counted.get()) : OptionalLong.empty();
    } catch (ApiException | GenAiIOException | IllegalStateException | IllegalArgumentException _) {
      return OptionalLong.empty();
    }
  }

  private static int millis(Duration timeout) {
    long millis = Math.max(HttpModelConnections.bounded(timeout).toMillis(), 1);
    return Math.toIntExact(Math.min(millis, Integer.MAX_VALUE));
  }

  private static End listen(
      Iterable<GenerateContentResponse> chunks,
      Predicate<GenerateContentResponse> listener,
      Call call) {
    try {
      for (var chunk : chunks) {
        if (!listener.test(chunk)) {
          return new End.Overlong();
        }
      }
      var cut = call.cut().get();
      return cut == null ? new End.Regular() : new End.Broken(cut);
    } catch (ApiException e) {
      return new End.ProviderError(e.code(), String.valueOf(e.status()));
    } catch (GenAiIOException | IllegalStateException | IllegalArgumentException e) {
      var cut = call.cut().get(); // half a chunk is no chunk
      return new End.Broken(cut == null ? cause(e) : cut);
    }
  }

  private static IOException cause(RuntimeException e) {
    return e.getCause() instanceof IOException io ? io : new IOException(e);
  }

  @Override
  public void close() {
    HttpModelConnections.close(http);
  }
}
