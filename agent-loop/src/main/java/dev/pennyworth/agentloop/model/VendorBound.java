package dev.pennyworth.agentloop.model;

import java.time.Duration;
import java.util.OptionalLong;

/// A bound on a request's input tokens by the vendor's own count of them.
///
/// Vendors call it an estimate, which may be off by a small amount: Google's own example is one of
/// 10 tokens that were billed as 11. So we add a twentieth, and a constant, since a share of a
/// short prompt would not cover what is put around it. A bill above that is charged up to the hold,
/// and the rest is the house's: the margin is for the house, no cap depends on it.
///
/// Sources: platform.claude.com, token counting; ai.google.dev, counting tokens.
public final class VendorBound {
  /// A turn waits for it, so it must be over before anybody notices.
  public static final Duration TIMEOUT_MAX = Duration.ofSeconds(2);

  private static final long MARGIN_PERCENT = 5;
  private static final long MARGIN_TOKENS = 64;

  private VendorBound() {}

  /// @param counted what the vendor said
  /// @param bound what is known without it, and holds if the vendor said what cannot be
  public static long of(OptionalLong counted, long bound) {
    long tokens = counted.orElse(0);
    if (tokens <= 0 || tokens > bound) {
      return bound;
    }
    return Math.min(bound, Math.ceilDiv(tokens * (100 + MARGIN_PERCENT), 100) + MARGIN_TOKENS);
  }
}
