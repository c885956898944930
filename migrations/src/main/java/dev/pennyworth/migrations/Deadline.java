package dev.pennyworth.migrations;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The moment at which waiting ends, on the monotonic clock.
record Deadline(long atNanos) {

  static Deadline in(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  boolean hasPassed() {
    return System.nanoTime() - atNanos >= 0;
  }

  /// Waits a little before the next look.
  ///
  /// @throws DatabaseException when the thread is interrupted, which ends the waiting
  static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
    if (Thread.currentThread().isInterrupted()) {
      throw new DatabaseException("Interrupted while waiting for the embedded database.");
    }
  }
}
