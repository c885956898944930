package dev.pennyworth.agentloop.model;

import com.google.genai.types.GenerateContentResponseUsageMetadata;
import dev.pennyworth.billing.TokenUsage;
import java.util.Optional;

/// Gemini's usage in disjoint buckets.
///
/// `promptTokenCount` includes what was read from the cache (`cachedContentTokenCount`). Beside it
/// and extra are `toolUsePromptTokenCount`, input of the provider's own tools, and beside
/// `candidatesTokenCount` the `thoughtsTokenCount`, which is output. Where the parts are less than
/// `totalTokenCount`, the rest is output, the dearest bucket, and the whole an estimate, since
/// nobody says what it is. Of a count that is negative or beyond any model there is no usage.
///
/// Source: ai.google.dev, GenerateContentResponse.UsageMetadata.
///
/// @param isEstimated whether there was a rest
record GeminiUsage(TokenUsage tokens, boolean isEstimated) {
  /// No context window comes near; keeps tokens times price within a `long`.
  private static final long TOKENS_MAX = 10_000_000;

  /// Empty if there is no usage to be believed.
  static Optional<GeminiUsage> read(GenerateContentResponseUsageMetadata usage) {
    if (usage.promptTokenCount().isEmpty() && usage.totalTokenCount().isEmpty()) {
      return Optional.empty();
    }
    long prompt = usage.promptTokenCount().orElse(0);
    long cached = usage.cachedContentTokenCount().orElse(0);
    long tools = usage.toolUsePromptTokenCount().orElse(0);
    long candidates = usage.candidatesTokenCount().orElse(0);
    long thoughts = usage.thoughtsTokenCount().orElse(0);
    long total = usage.totalTokenCount().orElse(0);
    for (long count : new long[] {prompt, cached, tools, candidates, thoughts, total}) {
      if (count < 0 || count > TOKENS_MAX) {
        return Optional.empty();
      }
    }
    long read = cached > prompt ? 0 : cached;
    long rest = Math.max(0, total - prompt - tools - candidates - thoughts);
    return Optional.of(
        new GeminiUsage(
            new TokenUsage(prompt - read + tools, candidates + thoughts + rest, read, 0),
            rest > 0));
  }
}
