package dev.pennyworth.agentloop.model;

import java.util.regex.Pattern;

/// A bound on a request's input tokens by counting them, for when money is too short for the bound
/// by bytes.
///
/// OpenAI's own count differs from ours by its framing of messages and tools, so we allow for
/// those, add a tenth, and a constant on top. Models whose vocabulary is not o200k are counted in
/// cl100k too, and the larger count is taken: Llama and Qwen stem from it, and for scripts other
/// than Latin it is far from o200k.
final class OpenAiTightBound {
  private static final Pattern KNOWS_O200K =
      Pattern.compile(".*(gpt-4o|gpt-4\\.1|gpt-4\\.5|gpt-5|gpt-oss|\\bo1|\\bo3|\\bo4).*");
  private static final long TOKENS_PER_MESSAGE = 8;
  private static final long TOKENS_PER_TOOL_CALL = 24; // its id included
  private static final long TOKENS_PER_TOOL = 16;
  private static final long SLACK_PERCENT = 10;
  private static final long SLACK_TOKENS = 1_024;

  private OpenAiTightBound() {}

  static long of(ModelRequest request, long counted) {
    long texts =
        KNOWS_O200K.matcher(request.model()).matches()
            ? counted
            : Math.max(counted, InputCount.of(request, TokenCounter.cl100k()).total());
    long all = texts + framing(request);
    return Math.ceilDiv(all * (100 + SLACK_PERCENT), 100) + SLACK_TOKENS;
  }

  private static long framing(ModelRequest request) {
    long toolCalls =
        request.messages().stream()
            .mapToLong(message ->
                message instanceof ChatMessage.Assistant(_, var calls) ? calls.size() : 0)
            .sum();
    return (1 + request.messages().size()) * TOKENS_PER_MESSAGE
        + toolCalls * TOKENS_PER_TOOL_CALL
        + request.tools().size() * TOKENS_PER_TOOL;
  }
}
