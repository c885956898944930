package dev.pennyworth.connectors.discord;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Acceptance;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import java.time.InstantSource;
import java.util.Optional;

/// Takes in what was said to a bot, whichever way it came: by the gateway or by HTTP. Safe to
/// repeat.
final class DiscordIntake {
  private final WebhookIntake intake;
  private final DiscordSender sender;
  private final PlatformTyping typing;
  private final InstantSource clock;

  DiscordIntake(
      WebhookIntake intake, DiscordSender sender, PlatformTyping typing, InstantSource clock) {
    this.intake = intake;
    this.sender = sender;
    this.typing = typing;
    this.clock = clock;
  }

  /// Accepts a message. What is over a limit is let pass: Discord would not send it again.
  Acceptance accept(WebhookBot bot, InboundMessage message) {
    var acceptance = intake.tryAccept(bot, message);
    if (acceptance instanceof Acceptance.Accepted) {
      typing.show(sender, bot, message);
    }
    return acceptance;
  }

  /// What an interaction is answered with at once.
  ///
  /// @param answer empty if there is nothing that could be answered
  /// @param isRepeat whether the same was answered before
  record Answer(Optional<ObjectNode> answer, boolean isRepeat) {
    static Answer of(ObjectNode answer) {
      return new Answer(Optional.of(answer), false);
    }
  }

  /// Takes an interaction.
  Answer take(WebhookBot bot, JsonNode interaction) {
    var settings = bot.settings();
    if (interaction instanceof ObjectNode told && !told.hasNonNull("application_id")) {
      bot.config("application_id").ifPresent(own -> told.put("application_id", own.reveal()));
    }
    return switch (DiscordInbound.interaction(
        interaction, settings.team(), settings.bot(), clock.instant())) {
      case DiscordInteraction.Ping() -> Answer.of(DiscordInteraction.pong());
      case DiscordInteraction.Typed() -> Answer.of(DiscordInteraction.noProposals());
      case DiscordInteraction.Odd(var why) -> Answer.of(DiscordInteraction.aside(why));
      case DiscordInteraction.Nothing() -> new Answer(Optional.empty(), false);
      case DiscordInteraction.Said(var message) -> said(bot, message);
    };
  }

  private Answer said(WebhookBot bot, InboundMessage message) {
    return switch (intake.tryAccept(bot, message)) {
      case Acceptance.Accepted _ -> Answer.of(DiscordInteraction.deferred());
      case Acceptance.Duplicate _ -> new Answer(Optional.of(DiscordInteraction.deferred()), true);
      case Acceptance.RateLimited(var rate) ->
          Answer.of(
              DiscordInteraction.aside(
                  "That was a bit much for one minute. Please ask again <t:%d:R>."
                      .formatted(rate.resetsAt().getEpochSecond())));
    };
  }
}
