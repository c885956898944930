package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.connectors.PlatformRates;
import dev.pennyworth.connectors.Slot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Reads what was said to a bot while nobody listened, where it was talked to before: a new session
/// of the gateway brings nothing of that. In each channel the oldest comes first. What the gateway
/// brings as well has the same id, and is the same turn.
///
/// A channel that cannot be read is in no other's way. What is broken is tried again, a bounded
/// number of times; until then nothing counts as heard, so that a process that dies meanwhile
/// leaves all of it to the next.
final class DiscordCatchUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordCatchUp.class);

  /// What is older is not worth an answer any more.
  private static final Duration AGE_MAX = Duration.ofDays(1);

  /// Where the bot was not talked to for so long, nobody looks.
  private static final Duration QUIET_MAX = Duration.ofDays(30);

  private static final int CHANNELS_MAX = 200;
  private static final int PAGES_OF_A_CHANNEL_MAX = 10;

  /// Discord shuts out who is refused ten thousand times in ten minutes, with all his bots.
  private static final int REFUSALS_MAX = 30;

  /// Before the channels that are broken are tried again.
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5));

  /// So long do those wait who write meanwhile, to be answered in their order.
  private static final Duration HOLD_MAX = Duration.ofSeconds(5);

  /// So many are taken in at once, then one each second: of what a bot may hear in a minute, a good
  /// part is left to those who write now.
  private static final int AT_ONCE_MAX = 30;

  private static final Duration BETWEEN_MESSAGES = Duration.ofSeconds(1);

  /// So often in all is waited until the bot may hear more.
  private static final int LIMITED_MAX = 600;

  /// Who is told how it goes.
  interface Progress {
    /// What was said there is taken in, or will not be soon. May be told more than once.
    void isRead(DiscordCatchUp by, String channel);

    /// @param isWhole whether nothing is left to read
    void hasEnded(DiscordCatchUp by, boolean isWhole);
  }

  /// A channel that is not read to its end.
  private record Unread(String channel, DiscordSnowflake after) {}

  private final DiscordHearing hearing;
  private final DiscordHistory history;
  private final Slot slot;
  private final String self;
  private final DiscordSnowflake after;
  private final Set<String> untried;
  private final Queue<String> urgent = new ConcurrentLinkedQueue<>();
  private final List<Unread> broken = new ArrayList<>();
  private final CountDownLatch ending = new CountDownLatch(1);
  private int refusals;
  private int taken;
  private int limited;

  private DiscordCatchUp(
      DiscordHearing hearing,
      DiscordListener.Tools tools,
      SecretText token,
      Slot slot,
      String self,
      DiscordSnowflake after) {
    this.hearing = hearing;
    this.history = new DiscordHistory(tools.api(), token, tools.reading(), ending);
    this.slot = slot;
    this.self = self;
    this.after = after;
    var since = tools.clock().instant().minus(QUIET_MAX);
    this.untried =
        new LinkedHashSet<>(
            tools.channels().latest(hearing.team(), hearing.bot(), since, CHANNELS_MAX));
  }

  /// What there is to read; empty if the bot never was listened to, or is not known to be active.
  /// Reads the database.
  ///
  /// @param self the bot's own id on Discord
  static Optional<DiscordCatchUp> of(
      DiscordHearing hearing,
      DiscordListener.Tools tools,
      SecretText token,
      Slot slot,
      String self) {
    return slot.cursor()
        .flatMap(DiscordSnowflake::of)
        .flatMap(heard ->
            slot.activeSince()
                .map(since -> latest(heard, since, tools.clock().instant().minus(AGE_MAX))))
        .map(after -> new DiscordCatchUp(hearing, tools, token, slot, self, after));
  }

  private static DiscordSnowflake latest(
      DiscordSnowflake heard, Instant activeSince, Instant oldest) {
    return List.of(heard, DiscordSnowflake.at(activeSince), DiscordSnowflake.at(oldest)).stream()
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /// What is read, as long as nothing is.
  Set<String> channels() {
    return Set.copyOf(untried);
  }

  /// Somebody writes there, and waits.
  void hurry(String channel) {
    urgent.add(channel);
  }

  /// Ends it soon. What is left, the next session reads.
  @Override
  public void close() {
    ending.countDown();
  }

  private boolean isOver() {
    if (!slot.isOurs()) {
      ending.countDown();
    }
    return ending.getCount() == 0;
  }

  /// Reads. Calls Discord, and so takes its time.
  void run(Progress progress) {
    int channels = untried.size();
    boolean isWhole = false;
    try {
      while (!untried.isEmpty() && !isOver()) {
        var channel = next();
        read(new Unread(channel, after), progress);
        progress.isRead(this, channel);
      }
      readBroken(progress);
      isWhole = !isOver();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.warn("what was said to {} meanwhile could not be read", hearing.bot(), e);
    } finally {
      boolean isWorthAWord = taken > 0 || refusals > 0 || !broken.isEmpty();
      LOG.atLevel(isWorthAWord ? Level.INFO : Level.DEBUG)
          .log(
              "{} was told {} messages of meanwhile; of {} channels, {} were refused and {} broken",
              hearing.bot(),
              taken,
              channels,
              refusals,
              broken.size());
      progress.hasEnded(this, isWhole);
    }
  }

  /// First where somebody waits.
  private String next() {
    for (var channel = urgent.poll(); channel != null; channel = urgent.poll()) {
      if (untried.remove(channel)) {
        return channel;
      }
    }
    var channel = untried.iterator().next();
    untried.remove(channel);
    return channel;
  }

  private void readBroken(Progress progress) throws InterruptedException {
    for (var pause : PAUSES) {
      if (broken.isEmpty() || isOver()) {
        return;
      }
      pause(pause);
      var again = List.copyOf(broken);
      broken.clear();
      for (var unread : again) {
        read(unread, progress);
      }
    }
  }

  private void read(Unread unread, Progress progress) throws InterruptedException {
    var at = unread;
    try {
      var messages = page(at, progress);
      if (messages.isEmpty()) {
        return;
      }
      var server = history.server(at.channel(), wait -> waiting(wait, unread, progress));
      for (int page = 1; !isOver(); page++) {
        for (var message : messages) {
          server.ifPresent(id -> message.put("guild_id", id));
          take(message);
          at = new Unread(at.channel(), DiscordHistory.id(message));
        }
        if (messages.size() < DiscordHistory.MESSAGES_OF_A_PAGE) {
          return;
        }
        if (page == PAGES_OF_A_CHANNEL_MAX) {
          LOG.warn("more was said in a channel of {} than is read: the rest is not", hearing.bot());
          return;
        }
        messages = page(at, progress);
      }
    } catch (DiscordFailure failure) {
      failed(at, failure);
    }
  }

  private List<ObjectNode> page(Unread at, Progress progress)
      throws DiscordFailure, InterruptedException {
    return history.after(at.channel(), at.after(), wait -> waiting(wait, at, progress));
  }

  private void waiting(Duration wait, Unread unread, Progress progress) {
    if (wait.compareTo(HOLD_MAX) > 0) {
      progress.isRead(this, unread.channel());
    }
  }

  private void failed(Unread unread, DiscordFailure failure) {
    LOG.info("a channel of {} could not be read: {}", hearing.bot(), failure.description());
    if (failure.isOfToken()) {
      close();
    } else if (!failure.isRefused()) {
      broken.add(unread);
    } else if (++refusals == REFUSALS_MAX) {
      untried.clear();
    }
  }

  private void take(ObjectNode message) throws InterruptedException {
    while (!isOver()) {
      var acceptance = store(message);
      if (acceptance.isPresent() && acceptance.get() instanceof Acceptance.Accepted) {
        pause(++taken < AT_ONCE_MAX ? Duration.ZERO : BETWEEN_MESSAGES);
      }
      boolean isToWait =
          acceptance.isPresent()
              && acceptance.get() instanceof Acceptance.RateLimited(var rate)
              && PlatformRates.isOfBot(rate)
              && limited++ < LIMITED_MAX;
      if (!isToWait) {
        return;
      }
      pause(BETWEEN_MESSAGES);
    }
  }

  private Optional<Acceptance> store(ObjectNode message) throws InterruptedException {
    for (var pause : DiscordHearing.PAUSES) {
      try {
        return hearing.message(message, self);
      } catch (RuntimeException e) {
        LOG.warn("a message to {} could not be stored: {}", hearing.bot(), e.toString());
        pause(pause);
      }
      if (isOver()) {
        return Optional.empty();
      }
    }
    LOG.error("a message to {} was given up", hearing.bot());
    return Optional.empty();
  }

  private void pause(Duration pause) throws InterruptedException {
    var _ = ending.await(pause.toMillis(), TimeUnit.MILLISECONDS);
  }
}
