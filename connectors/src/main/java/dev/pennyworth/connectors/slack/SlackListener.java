package dev.pennyworth.connectors.slack;

import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.PlatformListener;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookIntake;
import dev.pennyworth.connectors.WebhookReach;
import java.util.concurrent.ExecutorService;

/// Listens by Slack's Socket Mode to bots that Slack cannot send to.
public final class SlackListener implements PlatformListener {
  private final SlackApi api;
  private final HttpSlackSockets sockets;
  private final WebhookIntake intake;
  private final SlackEvents events;
  private final WebhookReach reach;
  private final ExecutorService threads;

  public SlackListener(
      SlackApi api,
      HttpSlackSockets sockets,
      WebhookIntake intake,
      JdbcSlackThreads slackThreads,
      WebhookReach reach,
      ExecutorService threads) {
    this.api = api;
    this.sockets = sockets;
    this.intake = intake;
    this.events = new SlackEvents(api, slackThreads);
    this.reach = reach;
    this.threads = threads;
  }

  @Override
  public String platform() {
    return "slack";
  }

  @Override
  public boolean isFor(WebhookBot bot) {
    return SlackConnector.usesSocket(bot, reach);
  }

  @Override
  public Listening open(WebhookBot bot, Slot slot) {
    var listening = new SlackListening(api, sockets, intake, events, bot, slot, threads);
    listening.connect();
    return listening;
  }
}
