package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends what waits to be sent: one loop claims it, and each attempt runs on a virtual thread of
/// its own. A signal of this process wakes the loop; what others leave is found by looking, once a
/// second at least.
///
/// @param <C> the right to make one attempt
/// @param <W> the way that it goes: no way takes all places
public final class RelayLoop<C, W> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RelayLoop.class);
  private static final Places PLACES = new Places(32, 4);

  private static final Duration POLL_MIN = Duration.ofMillis(20);
  private static final Duration POLL_MAX = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_OUTAGE = Duration.ofSeconds(1);

  /// After the turns have ended, which takes up to 20 of the 30 s that a stop may take.
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  /// How many attempts are made at once.
  ///
  /// @param ofAWay so that a receiver that answers slowly leaves room for the others
  public record Places(int all, int ofAWay) {}

  /// What is sent.
  public interface Work<C, W> {
    /// Looks for what is due and begins it; whether there was anything to do.
    boolean round(RelayLoop<C, W> loop);

    W way(C claim);

    /// What operators call it.
    Object name(C claim);

    /// Makes the attempt; what it gives writes down what came of it.
    Runnable attempt(C claim);

    /// Lets somebody else make the attempt.
    void giveBack(C claim);

    /// Breaks off all attempts under way.
    void breakOff();
  }

  private final Work<C, W> work;
  private final WorkSignal signal;
  private final ExecutorService threads;
  private final RandomGenerator random;
  private final Places places;
  private final Semaphore free;
  private final Map<W, Integer> underWay = new ConcurrentHashMap<>();
  private final Set<C> held = ConcurrentHashMap.newKeySet();
  private volatile boolean isRunning;

  public RelayLoop(
      Work<C, W> work, WorkSignal signal, ExecutorService threads, RandomGenerator random) {
    this(work, signal, threads, random, PLACES);
  }

  public RelayLoop(
      Work<C, W> work,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random,
      Places places) {
    this.work = work;
    this.signal = signal;
    this.threads = threads;
    this.random = random;
    this.places = places;
    this.free = new Semaphore(places.all());
  }

  public void start() {
    isRunning = true;
    threads.execute(this::run);
  }

  public void stopTaking() {
    isRunning = false;
    signal.raise();
  }

  public boolean isRunning() {
    return isRunning;
  }

  /// Attempts that may be begun now. Only the loop takes places, so they stay.
  public int places() {
    return free.availablePermits();
  }

  public boolean isBusy(W way) {
    return underWay.getOrDefault(way, 0) >= places.ofAWay();
  }

  /// The ways that take no more for now.
  public Set<W> busy() {
    return underWay.keySet().stream().filter(this::isBusy).collect(Collectors.toUnmodifiableSet());
  }

  /// Begins an attempt. To be called in a round, and only with a place left.
  public void begin(C claim) {
    free.acquireUninterruptibly();
    underWay.merge(work.way(claim), 1, Integer::sum);
    held.add(claim);
    threads.execute(() -> attempt(claim));
  }

  private void attempt(C claim) {
    try {
      var finish = work.attempt(claim);
      // Once it was given back, what became of it is not known.
      if (held.remove(claim)) {
        finish.run();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the attempt of {} broke off; its lease runs out", work.name(claim), e);
    } finally {
      held.remove(claim);
      underWay.computeIfPresent(work.way(claim), (_, count) -> count == 1 ? null : count - 1);
      free.release();
      signal.raise();
    }
  }

  /// Takes no new work, waits a while for what is under way, and hands back the rest: it is sent
  /// again by whoever comes next, and a receiver tells the repeat by its id.
  @Override
  public void close() {
    stopTaking();
    try {
      if (!free.tryAcquire(places.all(), STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        List.copyOf(held).stream().filter(held::remove).forEach(this::giveBack);
        work.breakOff();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// If even this fails, the claim runs out by itself.
  private void giveBack(C claim) {
    try {
      work.giveBack(claim);
    } catch (RuntimeException e) {
      LOG.warn("{} could not be given back now", work.name(claim), e);
    }
  }

  private void run() {
    var pause = POLL_MIN;
    try {
      while (isRunning) {
        pause = roundOrOutage() ? POLL_MIN : rest(pause);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits, unless there is a signal. How long to wait the next time.
  private Duration rest(Duration pause) throws InterruptedException {
    signal.await(pause.plusMillis(random.nextLong(POLL_MIN.toMillis())));
    var longer = pause.multipliedBy(2);
    return longer.compareTo(POLL_MAX) < 0 ? longer : POLL_MAX;
  }

  /// A database that is gone ends a round, not the loop.
  private boolean roundOrOutage() throws InterruptedException {
    try {
      return work.round(this);
    } catch (RuntimeException | Error e) {
      LOG.warn("looking for what is to be sent failed; trying again", e);
      Thread.sleep(RETRY_AFTER_OUTAGE);
      return false;
    }
  }
}
