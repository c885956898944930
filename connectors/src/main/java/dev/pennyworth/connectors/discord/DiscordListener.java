package dev.pennyworth.connectors.discord;

import dev.pennyworth.connectors.Listening;
import dev.pennyworth.connectors.PlatformListener;
import dev.pennyworth.connectors.Slot;
import dev.pennyworth.connectors.WebhookBot;
import dev.pennyworth.connectors.WebhookBots;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import net.dv8tion.jda.api.JDABuilder;

/// Listens to messages by Discord's gateway, one connection for each bot. What the connections need
/// besides is shared by all.
final class DiscordListener implements PlatformListener {
  /// What all connections use.
  ///
  /// @param channels where bots were talked to
  /// @param builder makes a connection that shares its pools, of a bot's token
  /// @param threads where a connection may wait
  /// @param reading the calls that may be made at once to read what was said meanwhile
  record Tools(
      DiscordApi api,
      DiscordIntake intake,
      WebhookBots bots,
      JdbcDiscordChannels channels,
      Function<String, JDABuilder> builder,
      ExecutorService threads,
      ScheduledExecutorService timer,
      Semaphore reading,
      InstantSource clock) {}

  private final Tools tools;

  DiscordListener(Tools tools) {
    this.tools = tools;
  }

  @Override
  public String platform() {
    return "discord";
  }

  @Override
  public boolean isFor(WebhookBot bot) {
    return bot.config("bot_token").isPresent();
  }

  @Override
  public Listening open(WebhookBot bot, Slot slot) {
    var listening = new DiscordListening(tools, bot, slot);
    listening.start();
    return listening;
  }
}
