package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.RelayLoop;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.connectors.JdbcOutbox.SendingClaim;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Sends replies to platforms: split to what a platform takes, in the order of their conversation,
/// at the pace that the platform asks for. How it goes about it is [RelayLoop].
///
/// Each part is an attempt of its own, with a claim and a place of its own. What waits for its pace
/// holds neither: a long reply is in nobody's way.
///
/// A part whose outcome nobody knows is not sent again, but for one case: a process that died while
/// it sent. Then the part is sent once more, since more often than not it had not gone out.
public final class PlatformRelay implements AutoCloseable {
  /// More of a bot than go out while its platform answers one, so that its pace decides.
  private static final RelayLoop.Places PLACES = new RelayLoop.Places(128, 16);

  private final RelayLoop<SendingClaim, BotId> loop;

  PlatformRelay(
      JdbcOutbox outbox,
      WebhookBots bots,
      List<PlatformSender> senders,
      InstantSource clock,
      WorkSignal signal,
      ExecutorService threads,
      RandomGenerator random) {
    Map<String, PlatformSender> byPlatform =
        senders.stream().collect(Collectors.toMap(PlatformSender::platform, Function.identity()));
    var pacing = new PlatformPacing();
    var rests = new RestingReplies(signal, threads);
    this.loop =
        new RelayLoop<>(
            new ReplyWork(
                outbox,
                byPlatform,
                pacing,
                rests,
                new ReplyAttempt(outbox, bots, byPlatform, pacing, rests, clock)),
            signal,
            threads,
            random,
            PLACES);
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
}
