package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes this process's worker when a message was accepted here. Other processes find it by
/// polling.
final class WorkSignal {
  private final Semaphore raised = new Semaphore(0);

  void raise() {
    if (raised.availablePermits() == 0) {
      raised.release();
    }
  }

  /// Waits until raised or the time has passed.
  void await(Duration timeout) throws InterruptedException {
    if (raised.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      raised.drainPermits();
    }
  }
}
