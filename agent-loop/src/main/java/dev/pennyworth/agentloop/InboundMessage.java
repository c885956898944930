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
/// @param supplied what was said before, from a caller who keeps the conversation himself: the
///   message then stands in a conversation of its own
/// @param callbackUrl where the answer is to be posted when the turn has ended
/// @param replyTo what the platform needs to answer, besides the channel; given back to its sender
/// @param notice what the end user is told without a model being asked, at no cost: for what no
///   model can read, such as a voice message
public record InboundMessage(
    TeamId team,
    BotId bot,
    String platform,
    String eventId,
    String channelId,
    String endUserId,
    Optional<String> endUserName,
    String text,
    Optional<SuppliedContext> supplied,
    Optional<String> callbackUrl,
    Optional<String> replyTo,
    Optional<String> notice) {
  public InboundMessage {
    notice = notice.map(CleanText::of);
    replyTo = replyTo.map(CleanText::of);
    eventId = CleanText.of(eventId);
    channelId = CleanText.of(channelId);
    endUserId = CleanText.of(endUserId);
    endUserName = endUserName.map(CleanText::of);
    text = CleanText.of(text);
  }

  /// A message of a conversation that is kept here.
  public InboundMessage(
      TeamId team,
      BotId bot,
      String platform,
      String eventId,
      String channelId,
      String endUserId,
      Optional<String> endUserName,
      String text) {
    this(
        team,
        bot,
        platform,
        eventId,
        channelId,
        endUserId,
        endUserName,
        text,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /// A message that a model is to answer.
  public InboundMessage(
      TeamId team,
      BotId bot,
      String platform,
      String eventId,
      String channelId,
      String endUserId,
      Optional<String> endUserName,
      String text,
      Optional<SuppliedContext> supplied,
      Optional<String> callbackUrl,
      Optional<String> replyTo) {
    this(
        team,
        bot,
        platform,
        eventId,
        channelId,
        endUserId,
        endUserName,
        text,
        supplied,
        callbackUrl,
        replyTo,
        Optional.empty());
  }

  /// The same message, which is told this instead of being answered by a model.
  public InboundMessage answeredBy(String text) {
    return new InboundMessage(
        team,
        bot,
        platform,
        eventId,
        channelId,
        endUserId,
        endUserName,
        this.text,
        supplied,
        callbackUrl,
        replyTo,
        Optional.of(text));
  }

  /// Computed from bot, platform and event: a redelivered message is the same turn.
  public TurnId turnId() {
    return new TurnId(TypedIds.of("turn", bot.uuid().toString(), platform, eventId));
  }
}
