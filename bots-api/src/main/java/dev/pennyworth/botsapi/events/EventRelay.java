package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.WorkSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells owners of events: one loop fans events out and claims deliveries, and each attempt runs on
/// a virtual thread of its own. A commit of this process wakes the loop; others are found by
/// looking, once a second at least.
public final class EventRelay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventRelay.class);
  private static final int ATTEMPTS_AT_ONCE_MAX = 32;

  /// So that an endpoint that answers slowly leaves room for the others.
  private static final int ATTEMPTS_OF_A_WAY_MAX = 4;

  private static final Duration POLL_MIN = Duration.ofMillis(20);
  private static final Duration POLL_MAX = Duration.ofSeconds(1);
  private static final Duration RETRY_AFTER_OUTAGE = Duration.ofSeconds(1);

  /// After the turns have ended, which takes up to 20 of the 30 s that a stop may take.
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  private final JdbcEventFanOut fanOut;
  private final JdbcDeliveries deliveries;
  private final DeliveryAttempt attempt;
  private final HttpWebhooks webhooks;
  private final WorkSignal signal;
  private final ExecutorService threads;
  private final RandomGenerator random;
  private final Semaphore free = new Semaphore(ATTEMPTS_AT_ONCE_MAX);

  /// Attempts under way, by endpoint; empty for e-mail.
  private final Map<Optional<EndpointId>, Integer> underWay = new ConcurrentHashMap<>();

  private final Set<Claim> held = ConcurrentHashMap.newKeySet();
  private volatile boolean isRunning;

  EventRelay(
      JdbcEventFanOut fanOut,
      JdbcDeliveries deliveries,
      DeliveryAttempt attempt,
      HttpWebhooks webhooks,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    this.fanOut = fanOut;
    this.deliveries = deliveries;
    this.attempt = attempt;
    this.webhooks = webhooks;
    this.signal = signal;
    this.threads = threads;
    this.random = random;
  }

  /// Begins to work.
  public void start() {
    isRunning = true;
    threads.execute(this::run);
  }

  /// Takes no new work.
  public void stopTaking() {
    isRunning = false;
    signal.raise();
  }

  /// Takes no new work, waits a while for what is under way, and hands back the rest: it is sent
  /// again by whoever comes next, and a receiver tells the repeat by its id.
  @Override
  public void close() {
    stopTaking();
    try {
      if (!free.tryAcquire(ATTEMPTS_AT_ONCE_MAX, STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        List.copyOf(held).stream().filter(held::remove).forEach(this::giveBack);
        webhooks.close();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// If even this fails, the claim runs out by itself.
  private void giveBack(Claim claim) {
    try {
      deliveries.giveBack(claim);
    } catch (RuntimeException e) {
      LOG.warn("{} could not be given back now", claim.delivery(), e);
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

  /// Waits, unless something is committed here. How long to wait the next time.
  private Duration rest(Duration pause) throws InterruptedException {
    signal.await(pause.plusMillis(random.nextLong(POLL_MIN.toMillis())));
    var longer = pause.multipliedBy(2);
    return longer.compareTo(POLL_MAX) < 0 ? longer : POLL_MAX;
  }

  /// A database that is gone ends a round, not the loop.
  private boolean roundOrOutage() throws InterruptedException {
    try {
      return round();
    } catch (RuntimeException | Error e) {
      LOG.warn("looking for events failed; trying again", e);
      Thread.sleep(RETRY_AFTER_OUTAGE);
      return false;
    }
  }

  /// Whether there was anything to do.
  private boolean round() {
    boolean isFound = fanOut.relay() > 0;
    int places = free.availablePermits();
    if (places == 0) {
      return isFound;
    }
    for (var due : deliveries.due(places, busy(), !isBusy(Optional.empty()))) {
      if (isRunning && !isBusy(due.endpoint())) {
        isFound |= begin(due);
      }
    }
    return isFound;
  }

  private Set<EndpointId> busy() {
    return underWay.keySet().stream()
        .filter(this::isBusy)
        .flatMap(Optional::stream)
        .collect(Collectors.toUnmodifiableSet());
  }

  private boolean isBusy(Optional<EndpointId> way) {
    return underWay.getOrDefault(way, 0) >= ATTEMPTS_OF_A_WAY_MAX;
  }

  /// Whether this node got the claim. Only this loop takes places, so there is one.
  private boolean begin(JdbcDeliveries.Due due) {
    var claim = deliveries.claim(due);
    claim.ifPresent(it -> {
      free.acquireUninterruptibly();
      underWay.merge(it.endpoint(), 1, Integer::sum);
      held.add(it);
      threads.execute(() -> attempt(it));
    });
    return claim.isPresent();
  }

  private void attempt(Claim claim) {
    try {
      var sent = attempt.send(claim);
      // Once it was given back, what became of it is not known.
      if (held.remove(claim)) {
        attempt.finish(claim, sent);
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the attempt of {} broke off; its lease runs out", claim.delivery(), e);
    } finally {
      held.remove(claim);
      underWay.computeIfPresent(claim.endpoint(), (_, count) -> count == 1 ? null : count - 1);
      free.release();
      signal.raise();
    }
  }
}
