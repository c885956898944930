package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.billing.TypedIds;
import java.util.Optional;

/// A verified message, as a platform's connector understood it.
///
/// @param platform such as `custom`, or `test` for the owner's test endpoint
/// @param eventId the platform's identity of the event: the same event carries the same one
/// @param channelId the place it was said in, as the platform names it
/// @param endUserId who said it, as the platform names him
/// @param endUserName what to call him, where the platform tells
/// @param replyTo what the platform needs to answer, besides the channel; given back to its sender
public record InboundMessage(
    TeamId team,
    BotId bot,
    String platform,
    String eventId,
    String channelId,
    String endUserId,
    Optional<String> endUserName,
    Optional<String> replyTo,
    String text) {
  public InboundMessage {
    replyTo = replyTo.map(CleanText::of);
    eventId = CleanText.of(eventId);
    channelId = CleanText.of(channelId);
    endUserId = CleanText.of(endUserId);
    endUserName = endUserName.map(CleanText::of);
    text = CleanText.of(text);
  }

  /// Computed from bot, platform and event: a redelivered message is the same turn.
  public TurnId turnId() {
    return new TurnId(TypedIds.of("turn", bot.uuid().toString(), platform, eventId));
  }
}
