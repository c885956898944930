package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.TokenUsage;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads the `usage` of a message into disjoint buckets.
///
/// They come disjoint: `input_tokens` is what was neither read from the cache nor written to it,
/// `output_tokens` includes thinking. `cache_creation` tells the writes apart by how long they are
/// kept. Where the figures disagree:
///
/// - more written in all (`cache_creation_input_tokens`) than the parts say: with no part at all
///   the rest was kept for the usual five minutes, else for the hour, which is dearer.
/// - more in the parts than in all: the parts are believed.
/// - a count that is negative, no whole number or beyond any model: there is no usage.
/// - neither input nor output: there is no usage.
///
/// Source: platform.claude.com, the usage object and prompt caching.
final class AnthropicUsage {
  /// No context window comes near; keeps tokens times price within a `long`.
  private static final long TOKENS_MAX = 10_000_000;

  private AnthropicUsage() {}

  /// Empty if there is no usage to be believed.
  static Optional<TokenUsage> read(JsonNode usage) {
    var input = count(usage.path("input_tokens"));
    var output = count(usage.path("output_tokens"));
    var read = count(usage.path("cache_read_input_tokens"));
    var written = count(usage.path("cache_creation_input_tokens"));
    JsonNode parts = usage.path("cache_creation");
    var minutes = count(parts.path("ephemeral_5m_input_tokens"));
    var hour = count(parts.path("ephemeral_1h_input_tokens"));
    boolean isIncomplete = !usage.hasNonNull("input_tokens") || !usage.hasNonNull("output_tokens");
    if (isIncomplete
        || input.isEmpty()
        || output.isEmpty()
        || read.isEmpty()
        || written.isEmpty()
        || minutes.isEmpty()
        || hour.isEmpty()) {
      return Optional.empty();
    }
    long told = minutes.getAsLong() + hour.getAsLong();
    long rest = Math.max(0, written.getAsLong() - told);
    return Optional.of(
        new TokenUsage(
            input.getAsLong(),
            output.getAsLong(),
            read.getAsLong(),
            minutes.getAsLong() + (told == 0 ? rest : 0),
            hour.getAsLong() + (told == 0 ? 0 : rest)));
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
