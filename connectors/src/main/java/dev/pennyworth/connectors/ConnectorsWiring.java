package dev.pennyworth.connectors;

import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcTurnReports;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// The object graph of the connectors.
@Factory
public final class ConnectorsWiring {

  @Singleton
  public WebhookIntake webhookIntake(WebhookBots bots, JdbcInbox inbox, InstantSource clock) {
    return new WebhookIntake(bots, inbox, clock);
  }

  @Singleton
  public SynchronousTurns synchronousTurns(
      JdbcInbox inbox, JdbcTurnReports reports, Json json, InstantSource clock) {
    return new SynchronousTurns(inbox, reports, json, clock);
  }
}
