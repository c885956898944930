package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.UUID;

/// Whether this process may still believe that what it holds is its own: for what it does outside
/// of the database, where no transaction can refuse it. Read from the monotonic clock, so that a
/// process that was frozen knows it when it wakes up.
public final class NodeLease {
  /// Shorter than what others wait before they take over.
  private static final Duration BELIEVED = JdbcNodes.EXPIRY.minusSeconds(1);

  private final UUID node;
  private volatile long renewedNanos;
  private volatile boolean isRenewed;

  NodeLease(UUID node) {
    this.node = node;
  }

  /// This process, as what it holds names it.
  public UUID node() {
    return node;
  }

  public boolean isHeld() {
    return isRenewed && System.nanoTime() - renewedNanos < BELIEVED.toNanos();
  }

  /// @param nanos when the renewal began
  void renewedAt(long nanos) {
    renewedNanos = nanos;
    isRenewed = true;
  }

  void end() {
    isRenewed = false;
  }
}
