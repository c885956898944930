package dev.pennyworth.connectors.whatsapp;

import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.PlatformApiUrls;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The object graph of WhatsApp's room.
@Factory
public final class WhatsAppWiring {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  @Bean(preDestroy = "close")
  public HttpWhatsAppTransport whatsAppTransport() {
    return new HttpWhatsAppTransport(threads);
  }

  @Singleton
  public WhatsAppApi whatsAppApi(PlatformApiUrls urls, HttpWhatsAppTransport transport, Json json) {
    return new WhatsAppApi(urls.whatsapp(), transport, json);
  }

  @Singleton
  public WhatsAppSender whatsAppSender(WhatsAppApi api) {
    return new WhatsAppSender(api);
  }

  @Singleton
  public WhatsAppConnector whatsAppConnector(WhatsAppApi api, PlatformApiUrls urls) {
    return new WhatsAppConnector(api, urls.whatsapp().isPresent());
  }
}
