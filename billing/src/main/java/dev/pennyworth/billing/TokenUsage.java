package dev.pennyworth.billing;

/// The tokens of one model call in disjoint buckets: no token stands in two of them.
///
/// @param input uncached input
/// @param output output, reasoning included
/// @param cacheRead input read from the provider's cache
/// @param cacheWrite input written to the provider's cache
public record TokenUsage(long input, long output, long cacheRead, long cacheWrite) {
  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0);

  public TokenUsage {
    if (input < 0 || output < 0 || cacheRead < 0 || cacheWrite < 0) {
      throw new IllegalArgumentException("token counts are not negative");
    }
  }

  public TokenUsage plus(TokenUsage other) {
    return new TokenUsage(
        Math.addExact(input, other.input),
        Math.addExact(output, other.output),
        Math.addExact(cacheRead, other.cacheRead),
        Math.addExact(cacheWrite, other.cacheWrite));
  }

  /// All buckets together.
  public long inAll() {
    return Math.addExact(inputInAll(), output);
  }

  /// All that went in, cached or not.
  public long inputInAll() {
    return Math.addExact(input, Math.addExact(cacheRead, cacheWrite));
  }
}
