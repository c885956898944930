package dev.pennyworth.botsapi.bots;

import dev.pennyworth.agentloop.JdbcInbox;
import dev.pennyworth.agentloop.JdbcParking;
import dev.pennyworth.agentloop.JdbcTurnReports;
import dev.pennyworth.agentloop.LocalModels;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcPrices;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.PublicUrl;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.JdbcDeadLetters;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.PlatformConnector;
import dev.pennyworth.connectors.PlatformSlots;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of bots.
@Factory
final class BotsWiring {

  @Singleton
  BotJson botJson(Json json) {
    return new BotJson(json);
  }

  @Singleton
  JdbcBotSecrets botSecrets(Sealer sealer) {
    return new JdbcBotSecrets(sealer);
  }

  @Singleton
  JdbcBotFigures botFigures(JdbcBudgets budgets) {
    return new JdbcBotFigures(budgets);
  }

  @Singleton
  JdbcBotHistory botHistory(Jdbi jdbi) {
    return new JdbcBotHistory(jdbi);
  }

  @Singleton
  JdbcLogs logs() {
    return new JdbcLogs();
  }

  @Singleton
  JdbcBots bots(Jdbi jdbi, JdbcBudgets budgets, JdbcBotSecrets secrets, BotJson json) {
    return new JdbcBots(jdbi, budgets, secrets, json);
  }

  @Singleton
  JdbcChatBots chatBots(Jdbi jdbi, JdbcBots bots) {
    return new JdbcChatBots(jdbi, bots);
  }

  @Singleton
  JdbcTeamBots teamBots(Jdbi jdbi) {
    return new JdbcTeamBots(jdbi);
  }

  @Singleton
  OwnersBots ownersBots(
      JdbcBots bots,
      JdbcBotSecrets secrets,
      JdbcBotFigures figures,
      JdbcBudgets budgets,
      JdbcPrices prices,
      LocalModels localModels,
      BotJson json,
      PublicUrl publicUrl,
      JdbcAudit audit,
      InstantSource clock,
      Supplier<UUID> ids,
      SecureRandom random) {
    return new OwnersBots(
        bots,
        secrets,
        figures,
        budgets,
        prices,
        localModels,
        json,
        publicUrl,
        new JdbcBotAudit(audit),
        clock,
        ids,
        random);
  }

  @Singleton
  BotConnections botConnections(
      Jdbi jdbi,
      OwnersBots owners,
      JdbcBots bots,
      PlatformSlots slots,
      JdbcDeadLetters deadLetters,
      InstantSource clock,
      PublicUrl publicUrl,
      List<PlatformConnector> connectors) {
    return new BotConnections(jdbi, owners, bots, slots, deadLetters, clock, publicUrl, connectors);
  }

  @Singleton
  TestChats testChats(
      Jdbi jdbi,
      JdbcBots bots,
      JdbcLogs logs,
      JdbcInbox inbox,
      JdbcTurnReports reports,
      InstantSource clock,
      Supplier<UUID> ids) {
    return new TestChats(jdbi, bots, logs, inbox, reports, clock, ids);
  }

  @Singleton
  BotDesk botDesk(
      Jdbi jdbi,
      OwnersBots owners,
      BotConnections connections,
      JdbcBots bots,
      JdbcBudgets budgets,
      BotController listing,
      BotLogsController logs,
      JdbcTurnReports reports,
      JdbcParking parking) {
    return new BotDesk(jdbi, owners, connections, bots, budgets, listing, logs, reports, parking);
  }

  @Singleton
  Penny penny(OwnersBots bots) {
    return new Penny(bots);
  }
}
