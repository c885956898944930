package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.EventListener;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.WebhookBots;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of events.
@Factory
final class EventsWiring {
  private final WorkSignal signal = new WorkSignal();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  EventListener eventListener() {
    return signal::raise;
  }

  @Singleton
  JdbcWebhookEndpoints webhookEndpoints(
      JdbcEvents events, Sealer sealer, Supplier<UUID> ids, InstantSource clock) {
    return new JdbcWebhookEndpoints(events, sealer, ids, clock);
  }

  @Singleton
  RecentEvents recentEvents(JdbcDeliveryLog log) {
    return new RecentEvents(log);
  }

  @Singleton
  JdbcDeliveryLog deliveryLog(Jdbi jdbi, Json json) {
    return new JdbcDeliveryLog(jdbi, json);
  }

  @Singleton
  HttpOwnersUrls ownersUrls(Configuration configuration) {
    return new HttpOwnersUrls(configuration.allowPrivateNetworks(), threads);
  }

  @Singleton
  Endpoints endpoints(
      Jdbi jdbi,
      JdbcWebhookEndpoints endpoints,
      JdbcDeliveryLog log,
      EventListener listener,
      HttpOwnersUrls urls,
      Supplier<UUID> ids,
      InstantSource clock,
      JdbcAudit audit,
      SecureRandom random) {
    return new Endpoints(
        jdbi, endpoints, log, new JdbcResends(listener, ids, clock), urls, audit, random);
  }

  @Singleton
  JdbcDeliveries deliveries(Jdbi jdbi, JdbcWebhookEndpoints endpoints, InstantSource clock) {
    return new JdbcDeliveries(jdbi, endpoints, new RetrySchedule(new SplittableRandom()), clock);
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  EventRelay eventRelay(
      Jdbi jdbi,
      JdbcWebhookEndpoints endpoints,
      JdbcDeliveries deliveries,
      Configuration configuration,
      PublicUrl publicUrl,
      Json json,
      Supplier<UUID> ids,
      InstantSource clock) {
    var webhooks = new HttpWebhooks(configuration.allowPrivateNetworks(), threads);
    var attempt =
        new DeliveryAttempt(
            new JdbcLetters(jdbi, endpoints, json),
            deliveries,
            webhooks,
            mailer(configuration, clock),
            publicUrl,
            json,
            clock);
    return new EventRelay(
        new JdbcEventFanOut(jdbi, ids, clock),
        deliveries,
        attempt,
        webhooks,
        signal,
        threads,
        new SplittableRandom());
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  CallbackRelay callbackRelay(
      Jdbi jdbi,
      JdbcTurnReports reports,
      WebhookBots bots,
      Configuration configuration,
      Json json,
      InstantSource clock,
      @Named("callbacks") WorkSignal callbacks) {
    return new CallbackRelay(
        new JdbcCallbacks(jdbi, new SplittableRandom(), clock),
        reports,
        bots,
        new HttpWebhooks(configuration.allowPrivateNetworks(), threads),
        json,
        clock,
        callbacks,
        threads,
        new SplittableRandom());
  }

  private static Mailer mailer(Configuration configuration, InstantSource clock) {
    return configuration
        .smtpServer()
        .<Mailer>map(server -> new SmtpMailer(server, clock))
        .orElseGet(LogMailer::new);
  }
}
