package dev.pennyworth.connectors.telegram;

import dev.pennyworth.connectors.PlatformApiUrls;
import dev.pennyworth.connectors.PlatformTyping;
import dev.pennyworth.connectors.WebhookIntake;
import dev.pennyworth.connectors.WebhookReach;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The object graph of Telegram.
@Factory
public final class TelegramWiring {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  @Bean(preDestroy = "close")
  HttpTelegramTransport telegramTransport(PlatformApiUrls urls) {
    return new HttpTelegramTransport(urls.telegram(), threads);
  }

  @Singleton
  TelegramApi telegramApi(PlatformApiUrls urls, HttpTelegramTransport transport) {
    return new TelegramApi(urls.telegram(), transport);
  }

  @Singleton
  TelegramReach telegramReach(PlatformApiUrls urls, WebhookReach webhooks) {
    return new TelegramReach(webhooks, urls.telegram().isPresent());
  }

  @Singleton
  TelegramSender telegramSender(TelegramApi api) {
    return new TelegramSender(api);
  }

  @Singleton
  TelegramConnector telegramConnector(TelegramApi api, TelegramReach reach, InstantSource clock) {
    return new TelegramConnector(api, reach, clock);
  }

  @Singleton
  TelegramIntake telegramIntake(
      WebhookIntake intake,
      TelegramSender sender,
      TelegramApi api,
      PlatformTyping typing,
      InstantSource clock) {
    return new TelegramIntake(intake, sender, new TelegramSelves(api), typing, clock);
  }

  @Singleton
  TelegramListener telegramListener(TelegramApi api, TelegramReach reach, TelegramIntake intake) {
    return new TelegramListener(api, reach, intake, threads);
  }
}
