package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.NodeLease;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A slot that this process has: keeps the connection open, and opens it anew when it broke.
final class KeptSlot implements Slot {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSlot.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMinutes(1));

  /// A connection that lasted as long begins its pauses anew.
  private static final Duration LASTING = Duration.ofMinutes(1);

  private final PlatformListener listener;
  private final WebhookBots bots;
  private final JdbcSlots slots;
  private final JdbcSlots.SlotClaim claim;
  private final ActiveBot bot;
  private final NodeLease lease;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Optional<String> cursor;
  private volatile Optional<String> reported = Optional.empty();

  KeptSlot(
      PlatformListener listener,
      WebhookBots bots,
      JdbcSlots slots,
      JdbcSlots.SlotClaim claim,
      ActiveBot bot,
      NodeLease lease) {
    this.listener = listener;
    this.bots = bots;
    this.slots = slots;
    this.claim = claim;
    this.bot = bot;
    this.lease = lease;
    this.cursor = claim.cursor();
  }

  JdbcSlots.SlotClaim claim() {
    return claim;
  }

  /// When the bot was changed last, as it is listened to.
  Instant changedAt() {
    return bot.changedAt();
  }

  /// Listens until [#end].
  void run() {
    try {
      for (int broken = 0; isOurs(); ) {
        long openedNanos = System.nanoTime();
        listen();
        boolean hasLasted = System.nanoTime() - openedNanos > LASTING.toNanos();
        broken = hasLasted ? 0 : Math.min(broken + 1, PAUSES.size());
        ending.await(PAUSES.get(Math.max(broken - 1, 0)).toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      release();
      ended.countDown();
    }
  }

  private void listen() throws InterruptedException {
    try {
      var found = bots.find(claim.bot()).filter(WebhookBot::isActive);
      if (found.isEmpty()) {
        return;
      }
      try (var listening = listener.open(found.get(), this)) {
        while (listening.isOpen() && isOurs()) {
          ending.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (RuntimeException | Error e) {
      LOG.warn("listening for {} broke off; it is opened again", claim.bot(), e);
      reportIfReachable(
          Optional.of("The connection to the platform broke off. It is tried again."));
    }
  }

  private void reportIfReachable(Optional<String> problem) {
    try {
      report(problem);
    } catch (RuntimeException e) {
      LOG.warn("the problem of {} could not be noted", claim.bot(), e);
    }
  }

  /// If even this fails, the slot is free once this node has gone.
  private void release() {
    try {
      slots.release(claim);
    } catch (RuntimeException e) {
      LOG.warn("the slot of {} could not be given back", claim.bot(), e);
    }
  }

  void end() {
    ending.countDown();
  }

  void awaitEnd(long nanos) {
    try {
      if (!ended.await(nanos, TimeUnit.NANOSECONDS)) {
        LOG.info("listening for {} did not end in time", claim.bot());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Optional<String> cursor() {
    return cursor;
  }

  @Override
  public Optional<Instant> activeSince() {
    return bot.since();
  }

  @Override
  public boolean keep(String newCursor) {
    if (!isOurs() || !slots.keep(claim, newCursor)) {
      return false;
    }
    cursor = Optional.of(newCursor);
    return true;
  }

  @Override
  public void report(Optional<String> problem) {
    if (!problem.equals(reported)) {
      slots.report(claim, problem);
      reported = problem;
    }
  }

  @Override
  public boolean isOurs() {
    return ending.getCount() > 0 && lease.isHeld();
  }
}
