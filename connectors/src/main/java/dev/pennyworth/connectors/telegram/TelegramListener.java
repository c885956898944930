package dev.pennyworth.connectors.telegram;

import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.PlatformListener;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import java.util.concurrent.ExecutorService;

/// Fetches the messages of bots from Telegram where it cannot send them.
public final class TelegramListener implements PlatformListener {
  private final TelegramApi api;
  private final TelegramReach reach;
  private final TelegramIntake intake;
  private final ExecutorService threads;

  TelegramListener(
      TelegramApi api, TelegramReach reach, TelegramIntake intake, ExecutorService threads) {
    this.api = api;
    this.reach = reach;
    this.intake = intake;
    this.threads = threads;
  }

  @Override
  public String platform() {
    return "telegram";
  }

  @Override
  public boolean isFor(WebhookBot bot) {
    return reach.isPolled();
  }

  @Override
  public Listening open(WebhookBot bot, Slot slot) {
    var polling = new TelegramPolling(api, intake, bot, slot);
    threads.execute(polling::run);
    return polling;
  }
}
