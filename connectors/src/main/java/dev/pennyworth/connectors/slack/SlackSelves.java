package dev.pennyworth.connectors.slack;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.Optional;

/// Knows who bots are on Slack, for events that do not tell. Asks Slack once in a while.
final class SlackSelves {
  private static final int BOTS_MAX = 10_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(30);

  /// So that no message waits for a broken Slack.
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

  private final SlackApi api;
  private final Cache<String, String> known =
      Caffeine.newBuilder().maximumSize(BOTS_MAX).expireAfterWrite(FORGOTTEN_AFTER).build();
  private final Cache<String, Boolean> failed =
      Caffeine.newBuilder().maximumSize(BOTS_MAX).expireAfterWrite(ASKED_AGAIN_AFTER).build();

  SlackSelves(SlackApi api) {
    this.api = api;
  }

  /// The bot's own user; empty if Slack cannot be asked now.
  Optional<String> of(WebhookBot bot) {
    var token = bot.config("bot_token");
    if (token.isEmpty()) {
      return Optional.empty();
    }
    // With another token it may be somebody else.
    var key = bot.settings().bot() + "/" + token.get().reveal().hashCode();
    var found = Optional.ofNullable(known.getIfPresent(key));
    if (found.isPresent() || failed.getIfPresent(key) != null) {
      return found;
    }
    try {
      var user = Optional.ofNullable(api.whoIs(token.get()).getUserId());
      user.ifPresentOrElse(id -> known.put(key, id), () -> failed.put(key, true));
      return user;
    } catch (SlackFailure _) {
      failed.put(key, true);
      return Optional.empty();
    }
  }
}
