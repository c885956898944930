package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes this process's worker when there is something to do, such as a message that was accepted
/// here. Other processes find it by polling.
public final class WorkSignal {
  private final Semaphore raised = new Semaphore(0);

  public void raise() {
    if (raised.availablePermits() == 0) {
      raised.release();
    }
  }

  /// Waits until raised or the time has passed.
  public void await(Duration timeout) throws InterruptedException {
    if (raised.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      raised.drainPermits();
    }
  }
}
