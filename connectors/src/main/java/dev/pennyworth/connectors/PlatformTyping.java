package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.agentloop.JdbcTurnReports;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/// Tells end users that an answer is being written while their turn runs. A courtesy: with too many
/// at once some see nothing, and no failure matters.
public final class PlatformTyping {
  private static final int AT_ONCE_MAX = 64;

  /// A turn that ends sooner shows nothing: the platform would show it past the answer.
  private static final Duration BEFORE_FIRST = Duration.ofMillis(700);

  /// It is shown again so much before it goes away.
  private static final Duration BEFORE_END = Duration.ofSeconds(1);

  private static final int TIMES_MAX = 45;

  private final JdbcTurnReports reports;
  private final ExecutorService threads;
  private final Semaphore places = new Semaphore(AT_ONCE_MAX);

  PlatformTyping(JdbcTurnReports reports, ExecutorService threads) {
    this.reports = reports;
    this.threads = threads;
  }

  /// Shows it until the message's turn has ended. Returns at once.
  public void show(PlatformSender sender, WebhookBot bot, InboundMessage message) {
    if (places.tryAcquire()) {
      threads.execute(() -> {
        try {
          showUntilEnd(sender, bot, message);
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        } finally {
          places.release();
        }
      });
    }
  }

  private void showUntilEnd(PlatformSender sender, WebhookBot bot, InboundMessage message)
      throws InterruptedException {
    var pause = BEFORE_FIRST;
    for (int i = 0; i < TIMES_MAX && isRunning(message, pause); i++) {
      sender.showTyping(bot, message.channelId(), message.replyTo());
      pause = sender.typingLasts().minus(BEFORE_END);
    }
  }

  private boolean isRunning(InboundMessage message, Duration patience) throws InterruptedException {
    return reports
        .await(message.team(), message.turnId(), patience)
        .filter(turn -> turn.status().equals("running"))
        .isPresent();
  }
}
