package dev.pennyworth.connectors;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pennyworth.billing.BotId;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;

/// Keeps to the pace that platforms ask for: between messages to one chat, and of one bot over all
/// chats. Each process keeps its own; what still is too fast, the platform refuses, and it is sent
/// later.
final class PlatformPacing {
  private static final int CHATS_MAX = 100_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(5);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Cache<String, Bucket> buckets =
      Caffeine.newBuilder().maximumSize(CHATS_MAX).expireAfterAccess(FORGOTTEN_AFTER).build();

  PlatformPacing() {}

  /// Waits until a message may go out.
  void await(PlatformSender sender, BotId bot, String channelId) throws InterruptedException {
    chat(sender, bot, channelId).asBlocking().consume(1);
    bot(sender, bot).asBlocking().consume(1);
  }

  private Bucket chat(PlatformSender sender, BotId bot, String channelId) {
    return buckets.get(
        bot + "/" + channelId,
        _ -> bucket(Bandwidth.builder().capacity(1).refillGreedy(1, sender.pauseInChat()).build()));
  }

  private Bucket bot(PlatformSender sender, BotId bot) {
    int most = sender.perSecondMax();
    return buckets.get(
        bot.toString(),
        _ -> bucket(Bandwidth.builder().capacity(most).refillGreedy(most, SECOND).build()));
  }

  private static Bucket bucket(Bandwidth bandwidth) {
    return Bucket.builder().addLimit(bandwidth).build();
  }
}
