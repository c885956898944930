package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.NodeLease;
import dev.pennyworth.billing.BotId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that each active bot that has to be listened to is listened to by one node. A bot
/// that was changed is listened to anew, one that was paused no more; what a dead node had, another
/// takes as soon as its row has expired.
public final class PlatformSlots implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlatformSlots.class);
  private static final int SLOTS_MAX = 2_000;

  /// So that nodes that start together share.
  private static final int CLAIMS_OF_A_ROUND_MAX = 50;

  private static final Duration BETWEEN_ROUNDS = Duration.ofSeconds(1);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(2);

  private final JdbcSlots slots;
  private final WebhookBots bots;
  private final List<PlatformListener> listeners;
  private final NodeLease lease;
  private final ExecutorService threads;
  private final Map<BotId, KeptSlot> kept = new ConcurrentHashMap<>();

  /// Bots that come by webhook, as they were when that was looked at.
  private final Map<BotId, Instant> byWebhook = new HashMap<>();

  private volatile boolean isRunning;

  PlatformSlots(
      JdbcSlots slots,
      WebhookBots bots,
      List<PlatformListener> listeners,
      NodeLease lease,
      ExecutorService threads) {
    this.slots = slots;
    this.bots = bots;
    this.listeners = List.copyOf(listeners);
    this.lease = lease;
    this.threads = threads;
  }

  /// Begins to listen.
  public void start() {
    isRunning = !listeners.isEmpty();
    if (isRunning) {
      threads.execute(this::run);
    }
  }

  /// Ends all connections; others may take them over at once.
  @Override
  public void close() {
    isRunning = false;
    kept.values().forEach(KeptSlot::end);
    long endNanos = System.nanoTime() + STOP_PATIENCE.toNanos();
    for (var slot : kept.values()) {
      slot.awaitEnd(endNanos - System.nanoTime());
    }
  }

  /// What is wrong with how a bot is listened to, in a person's words. Empty for a bot whose
  /// messages come by webhook.
  public Optional<String> problem(WebhookBot bot) {
    boolean isListenedTo =
        listeners.stream()
            .anyMatch(
                listener -> listener.platform().equals(bot.platform()) && listener.isFor(bot));
    return isListenedTo
        ? slots.problem(bot.settings().team(), bot.settings().bot())
        : Optional.empty();
  }

  private void run() {
    while (isRunning) {
      try {
        round();
        Thread.sleep(BETWEEN_ROUNDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException | Error e) {
        LOG.warn("looking for bots to listen to failed; trying again", e);
        if (!pause()) {
          return;
        }
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(BETWEEN_ROUNDS);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void round() {
    var taken = new HashMap<BotId, JdbcSlots.Taken>();
    slots.taken().forEach(one -> taken.put(one.bot(), one));
    var wanted = new HashSet<BotId>();
    int claims = 0;
    for (var listener : listeners) {
      for (var bot : bots.active(listener.platform())) {
        wanted.add(bot.bot());
        boolean isFree =
            !kept.containsKey(bot.bot())
                && !taken.containsKey(bot.bot())
                && kept.size() < SLOTS_MAX
                && claims < CLAIMS_OF_A_ROUND_MAX
                && isRunning;
        if (isFree && isListenedTo(listener, bot)) {
          claims++;
          claim(listener, bot);
        } else {
          endIfChanged(bot);
        }
      }
    }
    byWebhook.keySet().retainAll(wanted);
    kept.values().forEach(slot -> endIfLost(slot, wanted, taken));
  }

  private boolean isListenedTo(PlatformListener listener, ActiveBot bot) {
    if (bot.changedAt().equals(byWebhook.get(bot.bot()))) {
      return false;
    }
    boolean isListenedTo = bots.find(bot.bot()).filter(listener::isFor).isPresent();
    if (!isListenedTo) {
      byWebhook.put(bot.bot(), bot.changedAt());
    }
    return isListenedTo;
  }

  private void claim(PlatformListener listener, ActiveBot bot) {
    slots
        .claim(bot, lease.node())
        .ifPresent(claim -> {
          var slot = new KeptSlot(listener, bots, slots, claim, bot, lease);
          kept.put(bot.bot(), slot);
          threads.execute(() -> {
            try {
              slot.run();
            } finally {
              kept.remove(bot.bot(), slot);
            }
          });
        });
  }

  private void endIfChanged(ActiveBot bot) {
    var slot = kept.get(bot.bot());
    if (slot != null && !slot.changedAt().equals(bot.changedAt())) {
      slot.end();
    }
  }

  private static void endIfLost(
      KeptSlot slot, Set<BotId> wanted, Map<BotId, JdbcSlots.Taken> taken) {
    var owned = taken.get(slot.claim().bot());
    boolean isOthers = owned != null && owned.fence() > slot.claim().fence();
    if (isOthers || !wanted.contains(slot.claim().bot())) {
      slot.end();
    }
  }
}
