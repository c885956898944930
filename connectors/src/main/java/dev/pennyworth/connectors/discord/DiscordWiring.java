package dev.pennyworth.connectors.discord;

import com.neovisionaries.ws.client.WebSocketFactory;
import dev.pennyworth.connectors.PlatformApiUrls;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.WebhookBots;
import dev.pennyworth.connectors.WebhookIntake;
import dev.pennyworth.connectors.WebhookReach;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import net.dv8tion.jda.api.JDABuilder;
import net.dv8tion.jda.api.requests.GatewayIntent;
import net.dv8tion.jda.api.requests.RestConfig;
import net.dv8tion.jda.api.utils.Compression;
import org.jdbi.v3.core.Jdbi;

/// The object graph of Discord.
@Factory
final class DiscordWiring {
  /// They beat the hearts of all connections, and never wait.
  private static final int TIMER_THREADS = 2;

  /// Calls to read what was said meanwhile, of all bots: three hundred that start together take
  /// turns.
  private static final int READING_MAX = 8;

  private static final int CONNECT_MILLIS_MAX = 10_000;
  private static final int RECONNECT_SECONDS_MAX = 60;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  @Bean(preDestroy = "close")
  HttpDiscordTransport discordTransport() {
    return new HttpDiscordTransport(threads);
  }

  @Singleton
  DiscordApi discordApi(PlatformApiUrls urls, HttpDiscordTransport transport) {
    return new DiscordApi(urls.discord(), transport);
  }

  @Singleton
  DiscordSender discordSender(DiscordApi api, InstantSource clock) {
    return new DiscordSender(api, clock);
  }

  @Singleton
  DiscordConnector discordConnector(DiscordApi api, PlatformApiUrls urls, WebhookReach reach) {
    return new DiscordConnector(api, urls.discord().isPresent() || reach.isPublic());
  }

  @Singleton
  DiscordIntake discordIntake(
      WebhookIntake intake, DiscordSender sender, PlatformTyping typing, InstantSource clock) {
    return new DiscordIntake(intake, sender, typing, clock);
  }

  @Singleton
  @Bean(preDestroy = "shutdownNow")
  @Named("discord")
  ScheduledExecutorService discordTimer() {
    return Executors.newScheduledThreadPool(
        TIMER_THREADS, Thread.ofPlatform().name("discord-", 1).daemon().factory());
  }

  @Singleton
  DiscordListener discordListener(
      DiscordApi api,
      DiscordIntake intake,
      WebhookBots bots,
      Jdbi jdbi,
      InstantSource clock,
      HttpDiscordTransport transport,
      @Named("discord") ScheduledExecutorService timer) {
    return new DiscordListener(
        new DiscordListener.Tools(
            api,
            intake,
            bots,
            new JdbcDiscordChannels(jdbi),
            token -> connection(token, api.root(), transport, timer),
            threads,
            timer,
            new Semaphore(READING_MAX, true),
            clock));
  }

  /// By itself the library would start six threads for each bot.
  private JDABuilder connection(
      String token, String root, HttpDiscordTransport transport, ScheduledExecutorService timer) {
    return JDABuilder.createLight(
            token,
            GatewayIntent.GUILD_MESSAGES,
            GatewayIntent.DIRECT_MESSAGES,
            GatewayIntent.MESSAGE_CONTENT)
        .setRestConfig(new RestConfig().setBaseUrl(root + "/"))
        .setHttpClient(transport.client())
        .setWebsocketFactory(new WebSocketFactory().setConnectionTimeout(CONNECT_MILLIS_MAX))
        .setGatewayPool(timer, false)
        .setRateLimitScheduler(timer, false)
        .setRateLimitElastic(threads, false)
        .setCallbackPool(threads, false)
        .setRawEventsEnabled(true)
        .setCompression(Compression.NONE)
        .setBulkDeleteSplittingEnabled(false)
        .setContextEnabled(false)
        .setEnableShutdownHook(false)
        .setRequestTimeoutRetry(false)
        .setMaxReconnectDelay(RECONNECT_SECONDS_MAX);
  }
}
