package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.RelayLoop;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Sends replies to platforms: split to what a platform takes, in the order of their conversation,
/// at the pace that the platform asks for. How it goes about it is [RelayLoop].
///
/// A part whose outcome nobody knows is not sent again, but for one case: a process that died while
/// it sent. Then the part is sent once more, since more often than not it had not gone out.
public final class PlatformRelay implements AutoCloseable {
  private final RelayLoop<SendingClaim, BotId> loop;

  PlatformRelay(
      JdbcOutbox outbox,
      WebhookBots bots,
      List<PlatformSender> senders,
      InstantSource clock,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    var byPlatform =
        senders.stream().collect(Collectors.toMap(PlatformSender::platform, Function.identity()));
    this.loop =
        new RelayLoop<>(
            new Replies(outbox, bots, byPlatform, new PlatformPacing(), clock),
            signal,
            threads,
            random);
  }

  /// Begins to work.
  public void start() {
    loop.start();
  }

  /// Takes no new work.
  public void stopTaking() {
    loop.stopTaking();
  }

  @Override
  public void close() {
    loop.close();
  }

  private record Replies(
      JdbcOutbox outbox,
      WebhookBots bots,
      Map<String, PlatformSender> senders,
      PlatformPacing pacing,
      InstantSource clock)
      implements RelayLoop.Work<SendingClaim, BotId> {
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

    @Override
    public boolean round(RelayLoop<SendingClaim, BotId> loop) {
      int places = loop.places();
      boolean isFound = false;
      if (places == 0) {
        return false;
      }
      for (var due : outbox.due(places, loop.busy())) {
        if (loop.isRunning() && !loop.isBusy(due.bot())) {
          var claim = outbox.claim(due);
          claim.ifPresent(loop::begin);
          isFound |= claim.isPresent();
        }
      }
      return isFound;
    }

    @Override
    public BotId way(SendingClaim claim) {
      return claim.bot();
    }

    @Override
    public Object name(SendingClaim claim) {
      return claim.turn();
    }

    @Override
    public Runnable attempt(SendingClaim claim) {
      long leaseEndsNanos = System.nanoTime() + JdbcOutbox.LEASE.toNanos();
      var sender = senders.get(claim.platform());
      var bot = bots.find(claim.bot());
      if (sender == null || bot.isEmpty()) {
        return () -> outbox.end(claim, "failed", Optional.of("Not sent: the bot was deleted."));
      }
      if (claim.wasSending() && !sender.isRepeatHarmless() && claim.isDoubtful()) {
        return () ->
            outbox.end(
                claim,
                "unknown",
                Optional.of("The program broke off twice while it sent this reply."));
      }
      try {
        return send(claim, sender, bot.get(), leaseEndsNanos);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return () -> giveBack(claim);
      }
    }

    private Runnable send(
        SendingClaim claim, PlatformSender sender, WebhookBot bot, long leaseEndsNanos)
        throws InterruptedException {
      var reply = outbox.reply(claim);
      var texts = MessageSplitter.split(reply.text(), sender.partLengthMax());
      boolean isUnknown = claim.isDoubtful() && !claim.wasSending();
      for (int i = claim.partsSent(); i < texts.size(); i++) {
        pacing.await(sender, claim.bot(), reply.channelId());
        if (System.nanoTime() - leaseEndsNanos >= 0) {
          return () -> {}; // somebody else may have it by now
        }
        var part =
            new OutboundPart(
                reply.channelId(),
                reply.replyTo(),
                reply.endUserId(),
                texts.get(i),
                claim.turn(),
                i + 1,
                texts.size());
        int attempts = i == claim.partsSent() ? claim.attempts() : 1;
        switch (sender.send(bot, part)) {
          case Sent.Accepted(var messageId) -> {
            if (!outbox.notePart(claim, messageId, claim.wasSending() && i == claim.partsSent())) {
              return () -> {};
            }
          }
          case Sent.Unknown _ -> {
            isUnknown = true;
            if (!outbox.notePart(claim, Optional.empty(), true)) {
              return () -> {};
            }
          }
          case Sent.Refused(var why) -> {
            return () -> outbox.end(claim, "failed", Optional.of(why));
          }
          case Sent.NotYet(var after, var why) -> {
            return retry(claim, attempts, after, why);
          }
        }
      }
      return ended(claim, isUnknown);
    }

    private Runnable ended(SendingClaim claim, boolean isUnknown) {
      return isUnknown
          ? () -> outbox.end(claim, "unknown", Optional.of("The platform did not answer."))
          : () -> outbox.end(claim, "sent", Optional.empty());
    }

    private Runnable retry(SendingClaim claim, int attempts, Optional<Duration> after, String why) {
      if (attempts > PAUSES.size()) {
        return () -> outbox.end(claim, "failed", Optional.of(why));
      }
      var pause = PAUSES.get(attempts - 1);
      var later = after.filter(asked -> asked.compareTo(pause) > 0).orElse(pause);
      return () -> outbox.retry(claim, clock.instant().plus(later), why);
    }

    @Override
    public void giveBack(SendingClaim claim) {
      outbox.retry(claim, clock.instant(), "The program stopped while it sent this reply.");
    }

    @Override
    public void breakOff() {}
  }
}
