package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims conversations and answers them, many at a time, each on a virtual thread of its own.
public final class Worker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /// Conversations at work in one process. Most of that time they wait for a model, holding
  /// nothing.
  private static final int CONVERSATIONS_MAX = 2_500;

  private static final Duration POLL_MIN = Duration.ofMillis(20);
  private static final Duration POLL_MAX = Duration.ofMillis(250);
  private static final Duration NODE_RENEWAL = Duration.ofSeconds(2);
  private static final Duration RETRY_AFTER_CRASH = Duration.ofMillis(500);
  private static final Duration RETRY_AFTER_OUTAGE = Duration.ofSeconds(1);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

  private final NodeLease lease;
  private final JdbcNodes nodes;
  private final JdbcConversations conversations;
  private final MessageTurn messageTurn;
  private final WorkSignal signal;
  private final ExecutorService threads;
  private final RandomGenerator random;
  private final Semaphore free = new Semaphore(CONVERSATIONS_MAX);
  private volatile boolean isRunning;
  private volatile boolean hasLeft;

  Worker(
      NodeLease lease,
      JdbcNodes nodes,
      JdbcConversations conversations,
      MessageTurn messageTurn,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    this.lease = lease;
    this.nodes = nodes;
    this.conversations = conversations;
    this.messageTurn = messageTurn;
    this.signal = signal;
    this.threads = threads;
    this.random = random;
  }

  /// Begins to work.
  ///
  /// @param isAlone whether no other process works on this database: then what an earlier one held
  ///   is taken over at once, instead of when its row expires
  public void start(boolean isAlone) {
    if (isAlone) {
      nodes.buryAll();
    }
    renew();
    isRunning = true;
    threads.execute(() -> repeat("renewing this node's row", () -> !hasLeft, this::renewNode));
    threads.execute(() -> repeat("looking for work", () -> isRunning, this::work));
  }

  /// Takes no new work, waits a while for what runs, and hands back the rest.
  @Override
  public void close() {
    isRunning = false;
    signal.raise();
    try {
      boolean isIdle =
          free.tryAcquire(CONVERSATIONS_MAX, STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.info(isIdle ? "all turns are finished" : "unfinished turns go back to the queue");
      leave();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// If even this fails, the node's row runs out by itself.
  private void leave() {
    hasLeft = true;
    lease.end();
    try {
      nodes.leave(lease.node());
    } catch (RuntimeException e) {
      LOG.warn("what this node held goes back to the queue only when its row expires", e);
    }
  }

  /// A step of one of the worker's two loops.
  private interface Round {
    void run() throws InterruptedException;
  }

  /// Repeats a round while this runs; a database that is gone ends a round, not the loop.
  private void repeat(String what, BooleanSupplier goesOn, Round round) {
    while (goesOn.getAsBoolean()) {
      try {
        round.run();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error e) {
        LOG.warn("{} failed; trying again", what, e);
        sleep(RETRY_AFTER_OUTAGE);
      }
    }
  }

  private void renewNode() throws InterruptedException {
    renew();
    Thread.sleep(NODE_RENEWAL);
  }

  private void renew() {
    long nanos = System.nanoTime();
    nodes.renew(lease.node());
    lease.renewedAt(nanos);
  }

  private void work() throws InterruptedException {
    var pause = POLL_MIN;
    while (isRunning) {
      free.acquire();
      var claim = claim();
      if (claim.isPresent()) {
        pause = POLL_MIN;
        threads.execute(() -> answer(claim.get()));
      } else {
        signal.await(jittered(pause));
        pause = pause.multipliedBy(2).compareTo(POLL_MAX) < 0 ? pause.multipliedBy(2) : POLL_MAX;
      }
    }
  }

  /// A place is taken before the look-up, and given back if there is nothing to do.
  private Optional<Claim> claim() {
    var claim = Optional.<Claim>empty();
    try {
      claim = conversations.claimNext(lease.node());
    } finally {
      if (claim.isEmpty()) {
        free.release();
      }
    }
    return claim;
  }

  private void answer(Claim claim) {
    try {
      messageTurn.answer(claim);
    } catch (ClaimLost e) {
      LOG.warn("{}: another worker took over", e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.error("a turn of {} broke off; it will go on", claim.conversation(), e);
      giveBack(claim, JdbcOutage.isBehind(e));
    } finally {
      free.release();
    }
  }

  /// If even this fails, the claim runs out by itself.
  private void giveBack(Claim claim, boolean isForgiven) {
    try {
      conversations.giveBack(claim, RETRY_AFTER_CRASH.multipliedBy(claim.attempts()), isForgiven);
    } catch (RuntimeException e) {
      LOG.warn("{} could not be given back now", claim.conversation(), e);
    }
  }

  private Duration jittered(Duration pause) {
    return pause.plusMillis(random.nextLong(POLL_MIN.toMillis()));
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
