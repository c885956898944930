package dev.pennyworth.connectors;

import dev.pennyworth.connectors.JdbcOutbox.Outcome;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Sends one part of a reply.
///
/// @param senders by platform
record ReplyAttempt(
    JdbcOutbox outbox,
    WebhookBots bots,
    Map<String, PlatformSender> senders,
    PlatformPacing pacing,
    RestingReplies rests,
    InstantSource clock) {
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofMinutes(40));

  /// Beyond those that were refused for the moment: something of ours is broken.
  private static final int ATTEMPTS_MAX = PAUSES.size() + 3;

  private static final String PERHAPS_LOST =
      "A part of this reply may be missing: the platform did not answer when it was sent.";
  private static final String BROKE_OFF =
      "A part of this reply may be missing: the program broke off twice while it sent it.";

  /// Makes the attempt.
  ///
  /// @return writes down what came of it
  Runnable attempt(SendingClaim claim) {
    var sender = senders.get(claim.platform());
    var bot = bots.find(claim.bot());
    if (sender == null || bot.isEmpty()) {
      return () -> outbox.end(claim, Outcome.failed("Not sent: the bot was deleted."));
    }
    if (claim.attempts() > ATTEMPTS_MAX) {
      return () -> outbox.end(claim, Outcome.failed("Not sent: all attempts broke off."));
    }
    var reply = outbox.reply(claim);
    if (reply.text().isEmpty()) {
      return () -> outbox.end(claim, Outcome.failed("Not sent: the end user was erased."));
    }
    var texts = MessageSplitter.split(reply.text(), sender.partLengthMax());
    if (claim.partsSent() >= texts.size()) {
      return () -> outbox.end(claim, ended(claim.isDoubtful()));
    }
    if (claim.isRepeated() && !sender.isRepeatHarmless()) {
      return () -> noteLost(claim, sender, reply, texts.size(), BROKE_OFF);
    }
    var pause = pacing.takeOfChat(sender, claim.bot(), reply.channelId());
    if (pause.isPositive()) {
      pacing.giveBackOfBot(sender, claim.bot());
      return () -> rest(claim, pause);
    }
    var part =
        new OutboundPart(
            reply.channelId(),
            reply.replyTo(),
            reply.endUserId(),
            texts.get(claim.partsSent()),
            claim.turn(),
            claim.partsSent() + 1,
            texts.size());
    return send(claim, sender, bot.get(), part, reply);
  }

  private Runnable send(
      SendingClaim claim,
      PlatformSender sender,
      WebhookBot bot,
      OutboundPart part,
      JdbcOutbox.Reply reply) {
    if (!claim.isSafe()) {
      return () -> outbox.postpone(claim, clock.instant()); // somebody else may have it by now
    }
    var sent = sender.send(bot, part);
    pacing.sentToChat(sender, claim.bot(), part.channelId());
    return switch (sent) {
      case Sent.Accepted(var messageId) ->
          () -> noteSent(claim, sender, reply, part.count(), messageId);
      case Sent.Unknown _ -> () -> noteLost(claim, sender, reply, part.count(), PERHAPS_LOST);
      case Sent.Refused(var why) -> () -> outbox.end(claim, Outcome.failed(why));
      case Sent.NotYet(var after, var why) -> retry(claim, after, why);
    };
  }

  private static Outcome ended(boolean isDoubtful) {
    return isDoubtful ? Outcome.unknown(PERHAPS_LOST) : Outcome.SENT;
  }

  private void noteSent(
      SendingClaim claim,
      PlatformSender sender,
      JdbcOutbox.Reply reply,
      int count,
      Optional<String> messageId) {
    if (claim.partsSent() + 1 >= count) {
      outbox.endWithPart(claim, messageId, ended(claim.isDoubtful()));
    } else {
      goOn(claim, sender, reply, messageId, false);
    }
  }

  private void noteLost(
      SendingClaim claim, PlatformSender sender, JdbcOutbox.Reply reply, int count, String why) {
    if (claim.partsSent() + 1 >= count) {
      outbox.endWithPart(claim, Optional.empty(), Outcome.unknown(why));
    } else {
      goOn(claim, sender, reply, Optional.empty(), true);
    }
  }

  private void goOn(
      SendingClaim claim,
      PlatformSender sender,
      JdbcOutbox.Reply reply,
      Optional<String> messageId,
      boolean isDoubtful) {
    var pause = pacing.nextOfChat(sender, claim.bot(), reply.channelId());
    if (outbox.notePart(claim, messageId, isDoubtful, clock.instant().plus(pause))) {
      rests.rest(claim, pause);
    }
  }

  private void rest(SendingClaim claim, Duration pause) {
    if (outbox.postpone(claim, clock.instant().plus(pause))) {
      rests.rest(claim, pause);
    }
  }

  private Runnable retry(SendingClaim claim, Optional<Duration> after, String why) {
    if (claim.attempts() > PAUSES.size()) {
      return () -> outbox.end(claim, Outcome.failed(why));
    }
    var pause = PAUSES.get(claim.attempts() - 1);
    var later = after.filter(asked -> asked.compareTo(pause) > 0).orElse(pause);
    return () -> outbox.retry(claim, clock.instant().plus(later), why);
  }
}
