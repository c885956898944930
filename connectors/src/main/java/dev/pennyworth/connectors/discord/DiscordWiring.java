package dev.pennyworth.connectors.discord;

import dev.pennyworth.connectors.PlatformApiUrls;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.WebhookIntake;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The object graph of Discord.
@Factory
final class DiscordWiring {
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
  DiscordConnector discordConnector(DiscordApi api, PlatformApiUrls urls) {
    return new DiscordConnector(api, urls.discord().isPresent());
  }

  @Singleton
  DiscordIntake discordIntake(WebhookIntake intake, DiscordSender sender, PlatformTyping typing) {
    return new DiscordIntake(intake, sender, typing);
  }
}
