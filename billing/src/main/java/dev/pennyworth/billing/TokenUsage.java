package dev.pennyworth.billing;

/// The tokens of one model call in disjoint buckets: no token stands in two of them.
///
/// Tables and answers tell both kinds of cache writes in one figure, as most providers do, and the
/// hour's beside it where it matters: it has a price of its own.
///
/// @param input uncached input
/// @param output output, reasoning included
/// @param cacheRead input read from the provider's cache
/// @param cacheWriteShort input written to the provider's cache for the usual few minutes
/// @param cacheWriteHour input written to it for an hour
public record TokenUsage(
    long input, long output, long cacheRead, long cacheWriteShort, long cacheWriteHour) {
  public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0);

  public TokenUsage {
    if (input < 0 || output < 0 || cacheRead < 0 || cacheWriteShort < 0 || cacheWriteHour < 0) {
      throw new IllegalArgumentException("token counts are not negative");
    }
  }

  /// With nothing written to the cache for an hour.
  public TokenUsage(long input, long output, long cacheRead, long cacheWrite) {
    this(input, output, cacheRead, cacheWrite, 0);
  }

  public TokenUsage plus(TokenUsage other) {
    return new TokenUsage(
        Math.addExact(input, other.input),
        Math.addExact(output, other.output),
        Math.addExact(cacheRead, other.cacheRead),
        Math.addExact(cacheWriteShort, other.cacheWriteShort),
        Math.addExact(cacheWriteHour, other.cacheWriteHour));
  }

  /// All that was written to the cache, for however long.
  public long cacheWrite() {
    return Math.addExact(cacheWriteShort, cacheWriteHour);
  }

  /// All buckets together.
  public long inAll() {
    return Math.addExact(inputInAll(), output);
  }

  /// All that went in, cached or not.
  public long inputInAll() {
    return Math.addExact(input, Math.addExact(cacheRead, cacheWrite()));
  }
}
