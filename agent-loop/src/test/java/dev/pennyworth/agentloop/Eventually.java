package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what must become true without anybody telling, such as a row that another process
/// writes.
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private Eventually() {}

  /// Returns as soon as the claim holds.
  ///
  /// @param claim what must become true, in words
  /// @throws AssertionError if it does not within 30 s
  public static void holds(String claim, BooleanSupplier isTrue) {
    holds(claim, PATIENCE, isTrue);
  }

  public static void holds(String claim, Duration patience, BooleanSupplier isTrue) {
    long startedNanos = System.nanoTime();
    while (!isTrue.getAsBoolean()) {
      if (System.nanoTime() - startedNanos > patience.toNanos()) {
        throw new AssertionError("not within " + patience.toSeconds() + " s: " + claim);
      }
      LockSupport.parkNanos(LOOK_AGAIN.toNanos());
    }
  }
}
