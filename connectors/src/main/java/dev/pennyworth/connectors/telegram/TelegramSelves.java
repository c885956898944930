package dev.pennyworth.connectors.telegram;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.telegram.TelegramInbound.Self;
import java.time.Duration;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.methods.GetMe;
import org.telegram.telegrambots.meta.api.objects.User;

/// Knows who bots are on Telegram. Asks it once in a while: names change seldom.
final class TelegramSelves {
  private static final int BOTS_MAX = 10_000;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(30);

  /// So that no message of a group waits for a broken Telegram.
  private static final Duration ASKED_AGAIN_AFTER = Duration.ofSeconds(30);

  private final TelegramApi api;
  private final Cache<String, Self> known =
      Caffeine.newBuilder().maximumSize(BOTS_MAX).expireAfterWrite(FORGOTTEN_AFTER).build();
  private final Cache<String, Self> unknown =
      Caffeine.newBuilder().maximumSize(BOTS_MAX).expireAfterWrite(ASKED_AGAIN_AFTER).build();

  TelegramSelves(TelegramApi api) {
    this.api = api;
  }

  /// Who the bot is; without its name if Telegram cannot be asked now.
  Self of(BotId bot, SecretText token) {
    var key = bot + "/" + id(token);
    var found = known.getIfPresent(key);
    return found != null ? found : ask(key, token);
  }

  private Self ask(String key, SecretText token) {
    var failed = unknown.getIfPresent(key);
    if (failed != null) {
      return failed;
    }
    try {
      User user = api.execute(token, GetMe.builder().build());
      var self = new Self(user.getId(), Optional.ofNullable(user.getUserName()));
      known.put(key, self);
      return self;
    } catch (TelegramFailure _) {
      var self = new Self(id(token), Optional.empty());
      unknown.put(key, self);
      return self;
    }
  }

  /// A token begins with the bot's id. 0, which nobody has, if it does not.
  private static long id(SecretText token) {
    try {
      return Long.parseLong(token.reveal().split(":", 2)[0]);
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
