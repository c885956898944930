package dev.pennyworth.connectors;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pennyworth.billing.BotId;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps to the pace that platforms ask for: between messages to one chat, and of one bot over all
/// chats. Nobody waits here: who may not send yet is told how long to wait, and holds nothing
/// meanwhile. Each process keeps its own; what still is too fast, the platform refuses, and it is
/// sent later.
///
/// Read from the monotonic clock.
final class PlatformPacing {
  private static final int CHATS_MAX = 100_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(5);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Cache<String, Chat> chats =
      Caffeine.newBuilder().maximumSize(CHATS_MAX).expireAfterAccess(FORGOTTEN_AFTER).build();
  private final Cache<BotId, Bucket> bots =
      Caffeine.newBuilder().maximumSize(CHATS_MAX).expireAfterAccess(FORGOTTEN_AFTER).build();

  /// Bots that have used up their pace, and until when.
  private final Map<BotId, Long> exhaustedUntilNanos = new ConcurrentHashMap<>();

  PlatformPacing() {}

  /// A chat, and when the next message may go out to it.
  private static final class Chat {
    private final Duration pause;
    private long freeNanos = System.nanoTime();
    private long promisedNanos = freeNanos;

    Chat(Duration pause) {
      this.pause = pause;
    }

    /// Zero if one may go out now, which then counts.
    synchronized Duration take() {
      long now = System.nanoTime();
      if (now - freeNanos < 0) {
        return promise(now);
      }
      freeNanos = now + pause.toNanos();
      promisedNanos = later(promisedNanos, now);
      return Duration.ZERO;
    }

    /// The platform counts from when it got a message, which may have taken long.
    synchronized void sent() {
      freeNanos = later(freeNanos, System.nanoTime() + pause.toNanos());
    }

    synchronized Duration next() {
      return promise(System.nanoTime());
    }

    /// Those who wait come one after another, so that they do not all look again at once.
    private Duration promise(long now) {
      promisedNanos = later(promisedNanos + pause.toNanos(), freeNanos);
      return Duration.ofNanos(Math.max(promisedNanos - now, 0));
    }

    private static long later(long nanos, long others) {
      return nanos - others > 0 ? nanos : others;
    }
  }

  /// How long to wait until a message may go to a chat; zero if now, which then counts.
  Duration takeOfChat(PlatformSender sender, BotId bot, String channelId) {
    return chat(sender, bot, channelId).take();
  }

  /// A message has gone to a chat: the pause begins now.
  void sentToChat(PlatformSender sender, BotId bot, String channelId) {
    chat(sender, bot, channelId).sent();
  }

  /// How long to wait until the next message may go to a chat. It gets a time of its own, after
  /// those who wait already.
  Duration nextOfChat(PlatformSender sender, BotId bot, String channelId) {
    return chat(sender, bot, channelId).next();
  }

  private Chat chat(PlatformSender sender, BotId bot, String channelId) {
    return chats.get(bot + "/" + channelId, _ -> new Chat(sender.pauseInChat()));
  }

  /// Whether the bot may send a message now, which then counts.
  boolean takeOfBot(PlatformSender sender, BotId bot) {
    var probe = bucket(sender, bot).tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      exhaustedUntilNanos.put(bot, System.nanoTime() + probe.getNanosToWaitForRefill());
    }
    return probe.isConsumed();
  }

  /// What was taken was not used.
  void giveBackOfBot(PlatformSender sender, BotId bot) {
    bucket(sender, bot).addTokens(1);
  }

  private Bucket bucket(PlatformSender sender, BotId bot) {
    int most = sender.perSecondMax();
    return bots.get(
        bot,
        _ ->
            Bucket.builder()
                .addLimit(Bandwidth.builder().capacity(most).refillGreedy(most, SECOND).build())
                .build());
  }

  /// The bots that may send nothing for now.
  Set<BotId> exhausted() {
    long now = System.nanoTime();
    exhaustedUntilNanos.values().removeIf(until -> now - until >= 0);
    return Set.copyOf(exhaustedUntilNanos.keySet());
  }
}
