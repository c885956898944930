package dev.pennyworth.agentloop.model;

import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.pennyworth.agentloop.HttpPublicOnlyDns;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection.Destination;
import dev.pennyworth.agentloop.model.HttpOpenAiConnection.Outcome;
import dev.pennyworth.billing.Hold;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.HttpUrl;

/// A provider that speaks OpenAI's chat completions: OpenAI itself, Groq, Workers AI, or any server
/// that an owner names by its base URL.
///
/// The operator's pooled key goes to the operator's address only, and pays for no bot that brings
/// its own key.
public final class HttpOpenAiModel implements ModelClient {
  private static final URI OPENAI = URI.create("https://api.openai.com/v1");
  private static final URI GROQ = URI.create("https://api.groq.com/openai/v1");
  private static final String WORKERS_AI_EXAMPLE =
      "https://api.cloudflare.com/client/v4/accounts/YOUR_ACCOUNT/ai/v1";
  private static final long FRAMING_TOKENS = 1_024;

  private final HttpOpenAiConnection connection;
  private final Provider provider;

  private HttpOpenAiModel(HttpOpenAiConnection connection, Provider provider) {
    this.connection = connection;
    this.provider = provider;
  }

  /// The provider `openai`.
  ///
  /// @param pooledKey `OPENAI_API_KEY`
  /// @param baseUrl `OPENAI_BASE_URL`, which may be private
  public static HttpOpenAiModel openai(
      HttpOpenAiConnection connection, Optional<SecretText> pooledKey, Optional<URI> baseUrl) {
    return new HttpOpenAiModel(
        connection, new Pooled("openai", "OPENAI", Optional.of(at(baseUrl, OPENAI)), pooledKey));
  }

  /// The provider `groq`.
  ///
  /// @param pooledKey `GROQ_API_KEY`
  /// @param baseUrl `GROQ_BASE_URL`, which may be private
  public static HttpOpenAiModel groq(
      HttpOpenAiConnection connection, Optional<SecretText> pooledKey, Optional<URI> baseUrl) {
    return new HttpOpenAiModel(
        connection, new Pooled("groq", "GROQ", Optional.of(at(baseUrl, GROQ)), pooledKey));
  }

  /// The provider `workers-ai`, which has no address for all: it names the operator's account.
  ///
  /// @param pooledKey `WORKERS_AI_API_KEY`
  /// @param baseUrl `WORKERS_AI_BASE_URL`, which may be private
  public static HttpOpenAiModel workersAi(
      HttpOpenAiConnection connection, Optional<SecretText> pooledKey, Optional<URI> baseUrl) {
    return new HttpOpenAiModel(
        connection, new Pooled("workers-ai", "WORKERS_AI", baseUrl, pooledKey));
  }

  /// The provider `custom`: the bot's own `base_url`, with the bot's own key or none.
  ///
  /// @param arePrivateNetworksAllowed `PENNYWORTH_ALLOW_PRIVATE_NETWORKS`
  public static HttpOpenAiModel custom(
      HttpOpenAiConnection connection, boolean arePrivateNetworksAllowed) {
    return new HttpOpenAiModel(connection, new Custom(arePrivateNetworksAllowed));
  }

  /// An address of a host alone gets the path that the API has at the vendor's.
  private static URI at(Optional<URI> baseUrl, URI vendors) {
    return baseUrl.map(url -> withPath(url, vendors.getPath())).orElse(vendors);
  }

  private static URI withPath(URI url, String path) {
    var own = String.valueOf(url.getPath());
    return own.isEmpty() || own.equals("/") ? url.resolve(path) : url;
  }

  private sealed interface Provider {
    String name();
  }

  /// A provider that the operator may have a key for.
  ///
  /// @param variables how the names of its variables begin
  private record Pooled(
      String name, String variables, Optional<URI> baseUrl, Optional<SecretText> key)
      implements Provider {
    private Pooled {
      if (baseUrl.isPresent() && HttpUrl.parse(baseUrl.get().toString()) == null) {
        throw new IllegalArgumentException(
            "the base URL of " + name + " is not an http or https address");
      }
    }
  }

  private record Custom(boolean arePrivateNetworksAllowed) implements Provider {
    @Override
    public String name() {
      return "custom";
    }
  }

  @Override
  public Prepared prepare(ModelRequest request) throws ModelUnavailable {
    var destination =
        switch (provider) {
          case Pooled pooled -> destination(pooled, request);
          case Custom custom -> destination(custom, request);
        };
    var body = OpenAiBody.of(request);
    return new Ready(request, destination, body, OpenAiBody.bytes(body) + FRAMING_TOKENS);
  }

  private static Destination destination(Pooled pooled, ModelRequest request)
      throws ModelUnavailable {
    if (request.baseUrl().isPresent()) {
      throw new ModelUnavailable(
          "base_url is for the provider custom. Clear it, or set llm_provider to custom.");
    }
    if (pooled.baseUrl().isEmpty()) {
      throw new ModelUnavailable(
          "The provider %s needs an address that names an account. Ask the operator to set %s_BASE_URL, such as %s."
              .formatted(pooled.name(), pooled.variables(), WORKERS_AI_EXAMPLE));
    }
    var key = ModelKeys.ownOrPooled(pooled.name(), pooled.variables(), request, pooled.key());
    return new Destination(pooled.baseUrl().get(), Optional.of(key), false);
  }

  private static Destination destination(Custom custom, ModelRequest request)
      throws ModelUnavailable {
    if (request.baseUrl().isEmpty()) {
      throw new ModelUnavailable(
          "The provider custom needs llm_config.base_url, such as https://models.example/v1.");
    }
    URI baseUrl = request.baseUrl().get();
    HttpUrl url = HttpUrl.parse(baseUrl.toString());
    if (url == null
        || !url.username().isEmpty()
        || !url.password().isEmpty()
        || url.query() != null
        || url.fragment() != null) {
      throw new ModelUnavailable(
          "llm_config.base_url must be a plain http or https address without a user, a query or a"
              + " fragment.");
    }
    boolean isPublicOnly = !custom.arePrivateNetworksAllowed();
    if (isPublicOnly && HttpPublicOnlyDns.isRefusedLiteral(url.host())) {
      throw new ModelUnavailable(
          "llm_config.base_url is a private address. The operator can allow those with"
              + " PENNYWORTH_ALLOW_PRIVATE_NETWORKS=true.");
    }
    var own = ModelKeys.own(request);
    return new Destination(
        withPath(baseUrl, OPENAI.getPath()),
        own.isPresent() ? Optional.of(ModelKeys.usable(own.get())) : Optional.empty(),
        isPublicOnly);
  }

  private final class Ready implements Prepared {
    private final ModelRequest request;
    private final Destination destination;
    private final ChatCompletionCreateParams body;
    private final long inputTokensMax;

    private Ready(
        ModelRequest request,
        Destination destination,
        ChatCompletionCreateParams body,
        long inputTokensMax) {
      this.request = request;
      this.destination = destination;
      this.body = body;
      this.inputTokensMax = inputTokensMax;
    }

    /// Every token of a byte-level tokenizer stands for at least one byte; the constant is for the
    /// framing that a provider adds.
    @Override
    public long inputTokensMax() {
      return inputTokensMax;
    }

    /// Nothing tighter is known of a custom server, whose vocabulary may be any.
    @Override
    public long inputTokensMaxTight() {
      return switch (provider) {
        case Pooled _ ->
            Math.min(inputTokensMax, OpenAiTightBound.of(request, inputParts().total()));
        case Custom _ -> inputTokensMax;
      };
    }

    @Override
    public InputParts inputParts() {
      return InputCount.of(request, TokenCounter.o200k());
    }

    @Override
    public ModelReply call(Hold hold, Duration timeout, Consumer<String> text) {
      if (provider instanceof Pooled && ModelKeys.isAtTheOperatorsExpense(hold, request)) {
        return ModelKeys.notCalled(provider.name());
      }
      var bounded = OpenAiBody.withOutputTokensMax(body, request.model(), hold.outputTokensMax());
      var stream = new OpenAiStream(text);
      var outcome = connection.ask(bounded, destination, timeout, stream::add);
      stream.end();
      return switch (outcome) {
        case Outcome.Whole(var answer, var requestId) -> tell(read(answer, requestId), text);
        case Outcome.Streamed(var end, var requestId) ->
            new OpenAiStreamEnd(provider.name(), stream, inputParts()).reply(end, requestId);
        case Outcome.Refusal(var status, var code) ->
            OpenAiFailure.status(provider.name(), status, code);
        case Outcome.Silence(var cause, var isWritten) ->
            OpenAiFailure.silence(provider.name(), cause, isWritten);
      };
    }

    private static ModelReply tell(ModelReply reply, Consumer<String> text) {
      if (reply instanceof ModelReply.Answered answered) {
        text.accept(answered.text());
      }
      return reply;
    }

    private ModelReply read(String answer, Optional<String> requestId) {
      return OpenAiAnswer.read(answer, requestId)
          .<ModelReply>map(answered -> answered)
          .orElseGet(() -> OpenAiFailure.unusable(provider.name()));
    }
  }
}
