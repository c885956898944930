package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.TokenUsage;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the `usage` of a chat completion into disjoint buckets.
///
/// `prompt_tokens` includes what was read from and written to the cache
/// (`prompt_tokens_details.cached_tokens`, `.cache_write_tokens`), `completion_tokens` includes
/// reasoning. Where the figures disagree:
///
/// - `total_tokens` above the sum of the parts: the rest is output, the dearest bucket, since
///   nobody says what it is.
/// - more cached than prompt: no figure about the cache is believed, all of the prompt is uncached.
/// - a count that is negative, no whole number or beyond any model: there is no usage.
/// - neither a total nor both parts: there is no usage.
///
/// Source: platform.openai.com, the completion usage object.
final class OpenAiUsage {
  /// No context window comes near; keeps tokens times price within a `long`.
  private static final long TOKENS_MAX = 10_000_000;

  private OpenAiUsage() {}

  /// Empty if there is no usage to be believed.
  static Optional<TokenUsage> read(JsonNode usage) {
    var prompt = count(usage.path("prompt_tokens"));
    var completion = count(usage.path("completion_tokens"));
    var total = count(usage.path("total_tokens"));
    boolean isIncomplete =
        !usage.has("total_tokens")
            && !(usage.has("prompt_tokens") && usage.has("completion_tokens"));
    if (isIncomplete || prompt.isEmpty() || completion.isEmpty() || total.isEmpty()) {
      return Optional.empty();
    }
    long rest = Math.max(0, total.getAsLong() - prompt.getAsLong() - completion.getAsLong());
    return Optional.of(
        buckets(
            prompt.getAsLong(),
            completion.getAsLong() + rest,
            usage.path("prompt_tokens_details")));
  }

  private static TokenUsage buckets(long prompt, long output, JsonNode promptDetails) {
    long read = count(promptDetails.path("cached_tokens")).orElse(0);
    long written = count(promptDetails.path("cache_write_tokens")).orElse(0);
    if (read + written > prompt) {
      return new TokenUsage(prompt, output, 0, 0);
    }
    return new TokenUsage(prompt - read - written, output, read, written);
  }

  /// Zero if it is absent, empty if it is not to be believed.
  private static OptionalLong count(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return OptionalLong.of(0);
    }
    if (!node.isNumber() || !node.canConvertToExactIntegral() || !node.canConvertToLong()) {
      return OptionalLong.empty();
    }
    long count = node.longValue();
    return count < 0 || count > TOKENS_MAX ? OptionalLong.empty() : OptionalLong.of(count);
  }
}
