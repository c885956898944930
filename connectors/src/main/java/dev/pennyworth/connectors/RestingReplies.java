package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/// Replies that wait for their pace. Nobody holds them: if this process dies, another finds them
/// due as soon as their time has come. Here they only are not looked for.
final class RestingReplies {
  /// Those beyond are found by looking.
  private static final int RESTS_MAX = 10_000;

  private final WorkSignal signal;
  private final ExecutorService threads;
  private final Semaphore places = new Semaphore(RESTS_MAX);
  private final ConcurrentLinkedQueue<SendingClaim> rested = new ConcurrentLinkedQueue<>();

  RestingReplies(WorkSignal signal, ExecutorService threads) {
    this.signal = signal;
    this.threads = threads;
  }

  /// Has a reply looked at again after a while.
  ///
  /// @param claim that was given up
  void rest(SendingClaim claim, Duration pause) {
    if (places.tryAcquire()) {
      threads.execute(() -> await(claim, pause));
    }
  }

  private void await(SendingClaim claim, Duration pause) {
    try {
      Thread.sleep(pause);
      rested.add(claim);
      signal.raise();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  /// How many have rested.
  int size() {
    return rested.size();
  }

  /// The next that has rested.
  Optional<SendingClaim> poll() {
    return Optional.ofNullable(rested.poll());
  }

  /// Has it looked at in the next round.
  void putBack(SendingClaim claim) {
    rested.add(claim);
  }
}
