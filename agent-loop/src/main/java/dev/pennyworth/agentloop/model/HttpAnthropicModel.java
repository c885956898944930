package dev.pennyworth.agentloop.model;

import com.anthropic.models.messages.MessageCreateParams;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.model.HttpAnthropicConnection.Destination;
import dev.pennyworth.agentloop.model.HttpAnthropicConnection.Outcome;
import dev.pennyworth.billing.Hold;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/// The provider `anthropic`, always streamed.
///
/// The operator's pooled key goes to the operator's address only, and pays for no bot that brings
/// its own key.
public final class HttpAnthropicModel implements ModelClient {
  private static final String NAME = "anthropic";
  private static final URI ANTHROPIC = URI.create("https://api.anthropic.com");

  /// The SDK adds the version's path itself; other vendors' base URLs end with it.
  private static final Pattern VERSION_AT_THE_END = Pattern.compile("/+(v1/*)?$");

  /// For what the provider puts around a request: with tools it is a system prompt of some 350
  /// tokens. Source: platform.claude.com, pricing of tool use.
  private static final long FRAMING_TOKENS = 1_024;

  private final HttpAnthropicConnection connection;
  private final Optional<SecretText> pooledKey;
  private final URI baseUrl;

  /// @param pooledKey `ANTHROPIC_API_KEY`
  /// @param baseUrl `ANTHROPIC_BASE_URL`, which may be private
  public HttpAnthropicModel(
      HttpAnthropicConnection connection, Optional<SecretText> pooledKey, Optional<URI> baseUrl) {
    this.connection = connection;
    this.pooledKey = pooledKey;
    String address = baseUrl.orElse(ANTHROPIC).toString();
    if (HttpUrl.parse(address) == null) {
      throw new IllegalArgumentException(
          "the base URL of " + NAME + " is not an http or https address");
    }
    this.baseUrl = URI.create(VERSION_AT_THE_END.matcher(address).replaceFirst(""));
  }

  @Override
  public Prepared prepare(ModelRequest request) throws ModelUnavailable {
    if (request.baseUrl().isPresent()) {
      throw new ModelUnavailable(
          "base_url is for the provider custom. Clear it, or set llm_provider to custom.");
    }
    var key = ModelKeys.ownOrPooled(NAME, "ANTHROPIC", request, pooledKey);
    var body = AnthropicBody.of(request);
    return new Ready(
        request, new Destination(baseUrl, key), body, AnthropicBody.bytes(body) + FRAMING_TOKENS);
  }

  private final class Ready implements Prepared {
    private final ModelRequest request;
    private final Destination destination;
    private final MessageCreateParams body;
    private final long inputTokensMax;

    private Ready(
        ModelRequest request,
        Destination destination,
        MessageCreateParams body,
        long inputTokensMax) {
      this.request = request;
      this.destination = destination;
      this.body = body;
      this.inputTokensMax = inputTokensMax;
    }

    /// Every token of a byte-level tokenizer stands for at least one byte.
    @Override
    public long inputTokensMax() {
      return inputTokensMax;
    }

    /// The vocabulary is not public, and differs from model to model: no count of ours bounds it.
    @Override
    public long inputTokensMaxTight() {
      return inputTokensMax;
    }

    @Override
    public Optional<ModelClient.VendorCount> vendorCount() {
      return Optional.of((mode, timeout) ->
          ModelKeys.isAtTheOperatorsExpense(mode, request)
              ? OptionalLong.empty()
              : connection.count(AnthropicBody.count(body), destination, timeout));
    }

    @Override
    public InputParts inputParts() {
      return InputCount.of(request, TokenCounter.o200k());
    }

    @Override
    public ModelReply call(Hold hold, Duration timeout, Consumer<String> text) {
      if (ModelKeys.isAtTheOperatorsExpense(hold, request)) {
        return ModelKeys.notCalled(NAME);
      }
      var bounded = AnthropicBody.withOutputTokensMax(body, hold.outputTokensMax());
      var answer = new AnthropicAnswer(text);
      return switch (connection.ask(bounded, destination, timeout, answer)) {
        case Outcome.Success() -> read(answer);
        case Outcome.Refusal(var status, var type) -> AnthropicFailure.status(status, type);
        case Outcome.Silence(var cause, var isWritten) -> cut(answer, cause, isWritten);
      };
    }

    private ModelReply read(AnthropicAnswer answer) {
      if (answer.isBegun()) {
        return answer.answered(inputParts().total());
      }
      return answer.error().map(AnthropicFailure::instead).orElseGet(AnthropicFailure::unusable);
    }

    private ModelReply cut(AnthropicAnswer answer, IOException cause, boolean isWritten) {
      return answer.isBegun()
          ? answer.answered(inputParts().total())
          : OpenAiFailure.silence(NAME, cause, isWritten);
    }
  }
}
