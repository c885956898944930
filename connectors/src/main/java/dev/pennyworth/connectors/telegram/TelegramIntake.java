package dev.pennyworth.connectors.telegram;

import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.telegram.telegrambots.meta.api.objects.Update;

/// Takes updates in, however they come.
final class TelegramIntake {
  private final WebhookIntake intake;
  private final TelegramSender sender;
  private final TelegramSelves selves;
  private final PlatformTyping typing;
  private final InstantSource clock;

  TelegramIntake(
      WebhookIntake intake,
      TelegramSender sender,
      TelegramSelves selves,
      PlatformTyping typing,
      InstantSource clock) {
    this.intake = intake;
    this.sender = sender;
    this.selves = selves;
    this.typing = typing;
    this.clock = clock;
  }

  /// The active bot.
  ///
  /// @throws dev.pennyworth.connectors.HttpFailure 404 if there is none
  WebhookBot require(String id) {
    return intake.require("telegram", id);
  }

  /// The message in an update; empty for what is let pass.
  Optional<InboundMessage> read(WebhookBot bot, Update update) {
    return TelegramInbound.read(
        update,
        bot.settings().team(),
        bot.settings().bot(),
        () -> selves.of(bot.settings().bot(), bot.requiredConfig("bot_token")));
  }

  /// Accepts a message as a webhook does.
  ///
  /// @throws dev.pennyworth.connectors.HttpFailure 429 if a limit is reached
  Acceptance accept(WebhookBot bot, InboundMessage message) {
    return shown(bot, message, intake.accept(bot, message));
  }

  /// The same, but a limit is no failure.
  Acceptance tryAccept(WebhookBot bot, InboundMessage message) {
    return shown(bot, message, intake.tryAccept(bot, message));
  }

  private Acceptance shown(WebhookBot bot, InboundMessage message, Acceptance acceptance) {
    if (acceptance instanceof Acceptance.Accepted) {
      typing.show(sender, bot, message);
    }
    return acceptance;
  }

  Instant now() {
    return clock.instant();
  }
}
