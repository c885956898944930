package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells requests that wait in this process that a turn has ended here.
final class TurnSignals {
  private final ConcurrentMap<TurnId, CountDownLatch> latches = new ConcurrentHashMap<>();

  /// Somebody who waits for a turn. Begin to watch before looking at the turn, or its end may slip
  /// through between the look and the wait.
  final class Watch implements AutoCloseable {
    private final TurnId turn;
    private final CountDownLatch latch;

    private Watch(TurnId turn) {
      this.turn = turn;
      this.latch = latches.computeIfAbsent(turn, _ -> new CountDownLatch(1));
    }

    /// Waits until the turn ends in this process or the time has passed, whichever is first.
    void await(Duration timeout) throws InterruptedException {
      boolean _ = latch.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      latches.remove(turn, latch);
    }
  }

  Watch watch(TurnId turn) {
    return new Watch(turn);
  }

  void ended(TurnId turn) {
    var latch = latches.remove(turn);
    if (latch != null) {
      latch.countDown();
    }
  }
}
