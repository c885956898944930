package dev.pennyworth.connectors.slack;

import com.google.gson.JsonObject;
import dev.pennyworth.agentloop.InboundMessage;
import dev.pennyworth.connectors.WebhookBot;
import java.util.Optional;

/// What Slack's events say to bots, however they arrive.
final class SlackEvents {
  /// What a slash command or a button is answered with: nothing here offers one.
  static final String POINTER =
      "I answer direct messages, and messages that mention me. To begin anew, mention me and write"
          + " /reset.";

  private final SlackSelves selves;
  private final JdbcSlackThreads threads;

  SlackEvents(SlackApi api, JdbcSlackThreads threads) {
    this.selves = new SlackSelves(api);
    this.threads = threads;
  }

  /// The message; empty for what is not answered.
  Optional<InboundMessage> message(WebhookBot bot, JsonObject payload) {
    var settings = bot.settings();
    return SlackEvent.read(payload)
        .flatMap(event ->
            SlackInbound.read(
                event,
                settings.team(),
                settings.bot(),
                new SlackInbound.Known() {
                  @Override
                  public Optional<String> self() {
                    return selves.of(bot);
                  }

                  @Override
                  public boolean isTalking(SlackPlace place, String user) {
                    return threads.isTalking(
                        settings.team(), settings.bot(), place.channelId(), user);
                  }
                }));
  }
}
