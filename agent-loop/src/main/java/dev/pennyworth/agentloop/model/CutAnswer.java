package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TokenUsage;
import java.util.List;
import java.util.Optional;

/// What an answer is worth whose stream broke off.
///
/// @param inputTokens our own count of the request
/// @param outputTokens our own count of what came
record CutAnswer(Answered answered, long inputTokens, long outputTokens) {

  /// The model had said why it stopped: only its usage may be missing.
  Answered whole() {
    return answered.usage().isPresent() ? answered : with(answered.toolCalls(), answered.finish());
  }

  /// Half a tool call is of no use, and nobody knows whether it is half: none is asked for.
  Answered half() {
    return with(List.of(), Finish.CUT);
  }

  /// What was reported is believed unless we have seen more: a running usage may lag behind.
  private Answered with(List<ToolCall> toolCalls, Finish finish) {
    boolean isReported = answered.usage().map(TokenUsage::output).orElse(-1L) >= outputTokens;
    var usage =
        answered
            .usage()
            .map(it ->
                new TokenUsage(
                    it.input(),
                    Math.max(it.output(), outputTokens),
                    it.cacheRead(),
                    it.cacheWrite()))
            .orElseGet(() -> new TokenUsage(inputTokens, outputTokens, 0, 0));
    return new Answered(
        answered.text(),
        toolCalls,
        finish,
        Optional.of(usage),
        answered.isEstimated() || !isReported,
        answered.providerRequestId(),
        answered.rawUsageJson());
  }
}
