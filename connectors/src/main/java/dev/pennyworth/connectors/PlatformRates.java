package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.RateLimit;
import dev.pennyworth.agentloop.RateState;
import dev.pennyworth.billing.BotId;
import java.util.List;
import java.util.Map;

/// How many messages a minute get in: for each bot by its platform, and for each end user.
public final class PlatformRates {
  private static final Map<String, Integer> MESSAGES_PER_MINUTE_MAX =
      Map.of(
          "telegram", 60, "discord", 120, "whatsapp", 60, "slack", 60, "custom", 60, "openai", 60);

  private static final String THIS_BOT = "this bot";

  private PlatformRates() {}

  /// Whether it is the bot's limit that a refused message met, not its end user's.
  public static boolean isOfBot(RateState state) {
    return state.subject().equals(THIS_BOT);
  }

  /// The limits that a message counts in.
  ///
  /// @param endUserPerMinute the bot's `end_user_messages_per_minute`
  public static List<RateLimit> of(InboundMessage message, int endUserPerMinute) {
    var bot = ofBot(message.bot(), message.platform());
    return List.of(
        bot,
        new RateLimit(
            bot.key() + "/end_user/" + message.endUserId(), "this end user", endUserPerMinute));
  }

  /// The limit of all messages to a bot.
  ///
  /// @param platform such as `telegram`
  public static RateLimit ofBot(BotId bot, String platform) {
    var perMinute = MESSAGES_PER_MINUTE_MAX.get(platform);
    if (perMinute == null) {
      throw new IllegalArgumentException("no limit is known for platform " + platform);
    }
    return new RateLimit("bot/" + bot + "/" + platform, THIS_BOT, perMinute);
  }
}
