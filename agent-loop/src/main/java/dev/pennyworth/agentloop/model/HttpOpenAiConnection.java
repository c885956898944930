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
import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.SecretText;
import java.io.IOException;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Dns;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;

/// The one connection pool through which all models are called that speak OpenAI's protocol: the
/// official SDK over one OkHttp. Key and address come with each call.
///
/// Nothing is sent twice and no redirect is followed. HTTP/1.1 is pinned, as a shared HTTP/2
/// connection fails above the server's limit of streams. Connections are opened on the caller's own
/// thread, so callers on virtual threads cost no platform threads.
///
/// Addresses set by owners go through a resolver of their own that knows public addresses only, and
/// past any proxy, which would resolve for itself. OkHttp never lends a connection that one
/// resolver opened to a call with another.
public final class HttpOpenAiConnection implements AutoCloseable {
  private static final int REQUESTS_MAX = 10_000;
  private static final int IDLE_CONNECTIONS_MAX = 256;
  private static final long IDLE_SECONDS_MAX = 60;
  private static final Duration CONNECT_TIMEOUT_MAX = Duration.ofSeconds(10);
  private static final Duration TIMEOUT_MIN = Duration.ofMillis(1); // zero would mean none
  private static final int ANSWER_BYTES_MAX = 16 << 20;
  private static final long ERROR_BYTES_MAX = 64 << 10;
  // The SDK asks for a key before it can be told one.
  private static final String NO_KEY = "none";

  /// Whether the current call got as far as a connection on which to write its request.
  private static final ScopedValue<AtomicBoolean> IS_WRITTEN = ScopedValue.newInstance();

  private final OkHttpClient http;
  private final OpenAIClient anywhere;
  private final OpenAIClient publicOnly;

  public HttpOpenAiConnection() {
    this(Dns.SYSTEM);
  }

  HttpOpenAiConnection(Dns resolver) {
    http = http(resolver);
    anywhere = sdk(http);
    publicOnly =
        sdk(http.newBuilder().dns(new HttpPublicOnlyDns(resolver)).proxy(Proxy.NO_PROXY).build());
  }

  private static OkHttpClient http(Dns resolver) {
    var dispatcher = new Dispatcher(Executors.newVirtualThreadPerTaskExecutor());
    dispatcher.setMaxRequests(REQUESTS_MAX);
    dispatcher.setMaxRequestsPerHost(REQUESTS_MAX);
    return new OkHttpClient.Builder()
        .dispatcher(dispatcher)
        .connectionPool(
            new ConnectionPool(IDLE_CONNECTIONS_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS))
        .protocols(List.of(Protocol.HTTP_1_1))
        .followRedirects(false)
        .followSslRedirects(false)
        .retryOnConnectionFailure(false)
        .fastFallback(false) // it connects on platform threads, one for each attempt
        .dns(resolver)
        .addInterceptor(HttpOpenAiConnection::boundErrors)
        .addInterceptor(chain -> HttpStaleConnections.passOver(chain, IDLE_CONNECTIONS_MAX))
        .addNetworkInterceptor(HttpOpenAiConnection::checkConnection)
        .build();
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
      return ScopedValue.where(IS_WRITTEN, isWritten)
          .call(() -> exchange(params, destination, timeout));
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
      byte[] body = response.body().readNBytes(ANSWER_BYTES_MAX + 1);
      if (body.length > ANSWER_BYTES_MAX) {
        throw new IOException("the answer is longer than " + ANSWER_BYTES_MAX + " bytes");
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
    var bounded = timeout.compareTo(TIMEOUT_MIN) < 0 ? TIMEOUT_MIN : timeout;
    var connect = bounded.compareTo(CONNECT_TIMEOUT_MAX) < 0 ? bounded : CONNECT_TIMEOUT_MAX;
    return Timeout.builder().connect(connect).read(bounded).write(bounded).request(bounded).build();
  }

  /// Runs when there is a connection, before the request is written on it.
  private static Response checkConnection(Interceptor.Chain chain) throws IOException {
    HttpStaleConnections.refuse(chain);
    if (IS_WRITTEN.isBound()) {
      IS_WRITTEN.get().set(true);
    }
    return chain.proceed(chain.request());
  }

  /// The SDK reads an error's body whole. The status is the answer: its body matters little, and
  /// nothing if it breaks off.
  private static Response boundErrors(Interceptor.Chain chain) throws IOException {
    var response = chain.proceed(chain.request());
    if (response.isSuccessful()) {
      return response;
    }
    try (response) {
      return response.newBuilder().body(beginning(response)).build();
    }
  }

  private static ResponseBody beginning(Response response) {
    try {
      return response.peekBody(ERROR_BYTES_MAX);
    } catch (IOException _) {
      return ResponseBody.create("", MediaType.get("application/json"));
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().close();
    http.connectionPool().evictAll();
  }
}
