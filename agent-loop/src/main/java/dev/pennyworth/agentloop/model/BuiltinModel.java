package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.Hold;
import dev.pennyworth.billing.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The provider `builtin`: a practice model that answers without a key or a network, so that the
/// first five minutes with a bot cost nothing to set up.
///
/// It is a small program and says so. The same request gets the same answer. Each line of the
/// current message such as `/tool current_time {"zone":"Europe/Berlin"}` makes it call that tool,
/// if it is offered; the results are then told in its answer. Its tokens are counted, not
/// estimated: both bounds of the input and the input that it reports are one figure.
public final class BuiltinModel implements ModelClient {
  private static final List<String> MODELS = List.of("pennyworth-mini", "pennyworth-free");

  @Override
  public Prepared prepare(ModelRequest request) throws ModelUnavailable {
    if (!MODELS.contains(request.model())) {
      throw new ModelUnavailable(
          "The provider builtin has no model “%s”. Set llm_model to %s."
              .formatted(request.model(), String.join(" or ", MODELS)));
    }
    return new Ready(request, InputCount.of(request, TokenCounter.o200k()));
  }

  private record Ready(ModelRequest request, InputParts inputParts) implements Prepared {
    @Override
    public long inputTokensMax() {
      return inputParts.total();
    }

    @Override
    public long inputTokensMaxTight() {
      return inputParts.total();
    }

    @Override
    public ModelReply call(Hold hold, Duration timeout, Consumer<String> listener) {
      var draft = BuiltinAnswer.to(request);
      long callTokens =
          draft.toolCalls().stream()
              .mapToLong(call -> InputCount.toolCall(call, TokenCounter.o200k()))
              .sum();
      // Half a tool call is of no use: calls are written whole or not at all.
      boolean areCallsWritten = callTokens <= hold.outputTokensMax();
      var calls = areCallsWritten ? draft.toolCalls() : List.<ToolCall>of();
      long spent = areCallsWritten ? callTokens : 0;
      String text = TokenCounter.o200k().cut(draft.text(), hold.outputTokensMax() - spent);
      boolean isWhole = areCallsWritten && text.equals(draft.text());
      listener.accept(text);
      return answered(text, calls, isWhole, spent + TokenCounter.o200k().count(text));
    }

    private Answered answered(String text, List<ToolCall> calls, boolean isWhole, long output) {
      var whole = calls.isEmpty() ? Finish.STOP : Finish.TOOL_CALLS;
      long input = inputParts.total();
      return new Answered(
          text,
          calls,
          isWhole ? whole : Finish.LENGTH,
          Optional.of(new TokenUsage(input, output, 0, 0)),
          false,
          Optional.empty(),
          Optional.of(
              "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                  .formatted(input, output, input + output)));
    }
  }
}
