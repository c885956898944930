package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.WebhookBot;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears for one bot what was said to it, whichever way it came: by the gateway, or read
/// afterwards. Both meet the same filters and the same ids. Safe to repeat.
final class DiscordHearing {
  private static final Logger LOG = LoggerFactory.getLogger(DiscordHearing.class);

  /// Before what could not be stored is tried again.
  static final List<Duration> PAUSES =
      List.of(
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1));

  /// Discord waits three seconds for a command's first answer.
  private static final int ANSWERS_MAX = 3;

  private static final Duration BETWEEN_ANSWERS = Duration.ofMillis(400);

  private final TeamId team;
  private final BotId bot;
  private final DiscordListener.Tools tools;

  DiscordHearing(WebhookBot bot, DiscordListener.Tools tools) {
    this.team = bot.settings().team();
    this.bot = bot.settings().bot();
    this.tools = tools;
  }

  BotId bot() {
    return bot;
  }

  TeamId team() {
    return team;
  }

  /// A message. Throws if it could not be stored.
  ///
  /// @param message as the event MESSAGE_CREATE carries it
  /// @param self the bot's own id on Discord
  /// @return empty if it is not to be answered
  Optional<Acceptance> message(JsonNode message, String self) {
    return DiscordInbound.message("MESSAGE_CREATE", message, team, bot, self).flatMap(this::accept);
  }

  private Optional<Acceptance> accept(InboundMessage message) {
    return active().map(found -> tools.intake().accept(found, message));
  }

  private Optional<WebhookBot> active() {
    return tools.bots().find(bot).filter(WebhookBot::isActive);
  }

  /// A command, which is answered at once.
  void interaction(JsonNode interaction) throws InterruptedException {
    var found = active();
    if (found.isEmpty()) {
      return;
    }
    var answer = tools.intake().take(found.get(), interaction);
    if (answer.isRepeat() || answer.answer().isEmpty()) {
      return;
    }
    var id = interaction.path("id").asText();
    var token = new SecretText(interaction.path("token").asText());
    for (int i = 0; i < ANSWERS_MAX; i++) {
      try {
        tools.api().answer(id, token, answer.answer().get());
        return;
      } catch (DiscordFailure failure) {
        LOG.info("a command for {} was not answered in time: {}", bot, failure.description());
        if (failure.isRefused()) {
          return;
        }
        Thread.sleep(BETWEEN_ANSWERS);
      }
    }
  }
}
