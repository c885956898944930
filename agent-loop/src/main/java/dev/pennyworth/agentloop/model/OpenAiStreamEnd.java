package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.HttpOpenAiConnection.End;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TokenUsage;
import java.util.List;
import java.util.Optional;

/// Decides what a stream that has ended is worth: an answer, half of one, or none.
///
/// A model that said why it stopped has answered, whatever came after. Without that word an answer
/// is cut if its stream broke, or ended and brought no usage either.
///
/// @param inputParts our own count of the request
record OpenAiStreamEnd(String provider, OpenAiStream stream, InputParts inputParts) {

  ModelReply reply(End end, Optional<String> requestId) {
    return switch (end) {
      case End.Regular _ -> ended(requestId);
      case End.Overlong _ -> broken(requestId);
      case End.ProviderError(var code) ->
          stream.isWritten() ? broken(requestId) : OpenAiFailure.brokenOff(provider, code);
      case End.Broken(var cause) ->
          stream.hasBegun() ? broken(requestId) : OpenAiFailure.silence(provider, cause, true);
    };
  }

  private ModelReply ended(Optional<String> requestId) {
    var read = OpenAiAnswer.read(stream.body(), requestId);
    if (read.isEmpty()) {
      return OpenAiFailure.unusable(provider);
    }
    var answered = read.get();
    return stream.isFinished() || answered.usage().isPresent() ? answered : cut(answered);
  }

  private ModelReply broken(Optional<String> requestId) {
    var answered = OpenAiAnswer.read(stream.body(), requestId).orElseThrow();
    if (!stream.isFinished()) {
      return cut(answered);
    }
    return answered.usage().isPresent()
        ? answered
        : estimated(answered, answered.toolCalls(), answered.finish());
  }

  /// Half a tool call is of no use, and nobody knows whether it is half: none is asked for.
  private Answered cut(Answered answered) {
    return estimated(answered, List.of(), Finish.CUT);
  }

  /// What was reported is believed unless we have seen more: a running usage may lag behind.
  private Answered estimated(Answered answered, List<ToolCall> toolCalls, Finish finish) {
    long output = stream.outputTokens();
    boolean isReported = answered.usage().map(TokenUsage::output).orElse(-1L) >= output;
    var usage =
        answered
            .usage()
            .map(it ->
                new TokenUsage(
                    it.input(), Math.max(it.output(), output), it.cacheRead(), it.cacheWrite()))
            .orElseGet(() -> new TokenUsage(inputParts.total(), output, 0, 0));
    return new Answered(
        answered.text(),
        toolCalls,
        finish,
        Optional.of(usage),
        !isReported,
        answered.providerRequestId(),
        answered.rawUsageJson());
  }
}
