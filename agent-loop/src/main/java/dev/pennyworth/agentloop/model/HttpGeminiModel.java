package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.model.HttpGeminiConnection.End;
import dev.pennyworth.agentloop.model.HttpGeminiConnection.Outcome;
import dev.pennyworth.agentloop.model.HttpGeminiConnection.Question;
import dev.pennyworth.billing.Hold;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// The provider `gemini`: Google's models, through its own SDK.
///
/// The operator's pooled key goes to the operator's address only, and pays for no bot that brings
/// its own key.
public final class HttpGeminiModel implements ModelClient {
  private static final long FRAMING_TOKENS = 1_024;

  private final HttpGeminiConnection connection;
  private final Optional<SecretText> pooledKey;

  /// @param pooledKey `GEMINI_API_KEY`
  public HttpGeminiModel(HttpGeminiConnection connection, Optional<SecretText> pooledKey) {
    this.connection = connection;
    this.pooledKey = pooledKey;
  }

  @Override
  public Prepared prepare(ModelRequest request) throws ModelUnavailable {
    if (request.baseUrl().isPresent()) {
      throw new ModelUnavailable(
          "base_url is for the provider custom. Clear it, or set llm_provider to custom.");
    }
    var key = ModelKeys.ownOrPooled("gemini", "GEMINI", request, pooledKey);
    return new Ready(request, key, GeminiBody.of(request));
  }

  private final class Ready implements Prepared {
    private final ModelRequest request;
    private final SecretText key;
    private final Question question;
    private final long inputTokensMax;

    private Ready(ModelRequest request, SecretText key, Question question) {
      this.request = request;
      this.key = key;
      this.question = question;
      this.inputTokensMax = GeminiBody.bytes(question) + FRAMING_TOKENS;
    }

    /// What is no word of its vocabulary Gemini takes byte by byte, so bytes bound tokens; the
    /// constant is for the framing.
    @Override
    public long inputTokensMax() {
      return inputTokensMax;
    }

    /// The vocabulary is not public: no count of ours bounds it.
    @Override
    public long inputTokensMaxTight() {
      return inputTokensMax;
    }

    @Override
    public Optional<ModelClient.VendorCount> vendorCount() {
      return Optional.of((mode, timeout) ->
          ModelKeys.isAtTheOperatorsExpense(mode, request)
              ? OptionalLong.empty()
              : connection.count(question, key, timeout));
    }

    @Override
    public InputParts inputParts() {
      return InputCount.of(request, TokenCounter.o200k());
    }

    @Override
    public ModelReply call(Hold hold, Duration timeout, Consumer<String> text) {
      if (ModelKeys.isAtTheOperatorsExpense(hold, request)) {
        return ModelKeys.notCalled("gemini");
      }
      var bounded = GeminiBody.withOutputTokensMax(question, hold.outputTokensMax());
      var stream = new GeminiStream(text);
      var outcome = connection.ask(bounded, key, timeout, stream::add);
      stream.end();
      return switch (outcome) {
        case Outcome.Streamed(var end) -> reply(stream, end);
        case Outcome.Refusal(var status, var word) -> GeminiFailure.status(status, word);
        case Outcome.Silence(var cause, var isWritten) -> GeminiFailure.silence(cause, isWritten);
      };
    }

    private ModelReply reply(GeminiStream stream, End end) {
      if (stream.isRefused()) {
        return GeminiFailure.promptRefused();
      }
      return switch (end) {
        case End.Regular _ -> stream.hasBegun() ? ended(stream) : GeminiFailure.unusable();
        case End.Overlong _ -> broken(stream);
        case End.ProviderError(_, var word) ->
            stream.isWritten() ? broken(stream) : GeminiFailure.brokenOff(word);
        case End.Broken(var cause) ->
            stream.hasBegun() ? broken(stream) : GeminiFailure.silence(cause, true);
      };
    }

    /// Each chunk brings a usage, so only the reason for the end tells that it is the end.
    private ModelReply ended(GeminiStream stream) {
      return stream.isFinished() ? stream.answered() : broken(stream);
    }

    private ModelReply broken(GeminiStream stream) {
      var cut = new CutAnswer(stream.answered(), inputParts().total(), stream.outputTokens());
      return stream.isFinished() ? cut.whole() : cut.half();
    }
  }
}
