package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.NodeLease;
import dev.pennyworth.agentloop.WorkSignal;
import dev.pennyworth.billing.JdbcEvents;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Jdbi;

/// The object graph of the connectors.
@Factory
public final class ConnectorsWiring {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Singleton
  public WebhookIntake webhookIntake(WebhookBots bots, JdbcInbox inbox, InstantSource clock) {
    return new WebhookIntake(bots, inbox, clock);
  }

  @Singleton
  public JdbcDeliveryReports deliveryReports(
      Jdbi jdbi, JdbcDeadLetters deadLetters, InstantSource clock) {
    return new JdbcDeliveryReports(jdbi, deadLetters, clock);
  }

  @Singleton
  public SynchronousTurns synchronousTurns(
      JdbcInbox inbox, JdbcTurnReports reports, Json json, InstantSource clock) {
    return new SynchronousTurns(inbox, reports, json, clock);
  }

  @Singleton
  public PlatformTyping platformTyping(JdbcTurnReports reports) {
    return new PlatformTyping(reports, threads);
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  public PlatformSlots platformSlots(
      Jdbi jdbi,
      WebhookBots bots,
      List<PlatformListener> listeners,
      NodeLease lease,
      InstantSource clock) {
    return new PlatformSlots(new JdbcSlots(jdbi, clock), bots, listeners, lease, threads);
  }

  @Singleton
  public JdbcDeadLetters deadLetters(JdbcEvents events) {
    return new JdbcDeadLetters(events);
  }

  /// Started by whoever runs the program, once everything else is up.
  @Singleton
  @Bean(preDestroy = "close")
  public PlatformRelay platformRelay(
      Jdbi jdbi,
      JdbcDeadLetters deadLetters,
      WebhookBots bots,
      List<PlatformSender> senders,
      InstantSource clock,
      @Named("replies") WorkSignal replies) {
    return new PlatformRelay(
        new JdbcOutbox(jdbi, deadLetters, clock),
        bots,
        senders,
        clock,
        replies,
        threads,
        new SplittableRandom());
  }
}
