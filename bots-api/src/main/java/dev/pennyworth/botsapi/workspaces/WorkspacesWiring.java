package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.McpCatalogue;
import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.agentloop.OperatorTeams;
import dev.pennyworth.billing.JdbcTeamToolPrices;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.Json;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of workspaces.
@Factory
final class WorkspacesWiring {
  private final JdbcWorkspaceRows rows = new JdbcWorkspaceRows();

  @Singleton
  HeaderSeal headerSeal(Sealer sealer, Json json) {
    return new HeaderSeal(sealer, json);
  }

  @Singleton
  JdbcHttpTools httpTools(HeaderSeal seal) {
    return new JdbcHttpTools(seal);
  }

  @Singleton
  JdbcMcpServers mcpServers(HeaderSeal seal) {
    return new JdbcMcpServers(seal);
  }

  @Singleton
  JdbcWorkspaces workspaces(Jdbi jdbi, JdbcHttpTools tools, JdbcMcpServers servers) {
    return new JdbcWorkspaces(jdbi, tools, servers);
  }

  @Singleton
  OwnersWorkspaces ownersWorkspaces(
      Jdbi jdbi,
      JdbcHttpTools tools,
      JdbcMcpServers servers,
      JdbcAudit audit,
      InstantSource clock,
      Supplier<UUID> ids) {
    return new OwnersWorkspaces(jdbi, rows, tools, servers, audit, clock, ids);
  }

  @Singleton
  OwnersTools ownersTools(
      Jdbi jdbi,
      JdbcHttpTools tools,
      JdbcTeamToolPrices prices,
      JdbcAudit audit,
      HeaderSeal seal,
      HttpOwnersUrls urls,
      Json json,
      InstantSource clock,
      Supplier<UUID> ids) {
    return new OwnersTools(
        jdbi, rows, tools, prices, new JdbcToolAudit(audit), seal, urls, json, clock, ids);
  }

  @Singleton
  McpServerUrls mcpServerUrls(HttpOwnersUrls urls, McpPrograms programs, OperatorTeams operators) {
    return new McpServerUrls(urls, programs, operators);
  }

  @Singleton
  OwnersServers ownersServers(
      Jdbi jdbi,
      JdbcMcpServers servers,
      JdbcTeamToolPrices prices,
      JdbcAudit audit,
      HeaderSeal seal,
      McpServerUrls urls,
      InstantSource clock,
      Supplier<UUID> ids) {
    return new OwnersServers(
        jdbi, rows, servers, prices, new JdbcToolAudit(audit), seal, urls, clock, ids);
  }

  @Singleton
  OwnersMcpTools ownersMcpTools(
      Jdbi jdbi,
      JdbcMcpServers servers,
      OwnersServers owners,
      McpCatalogue catalogue,
      JdbcAudit audit,
      Json json) {
    return new OwnersMcpTools(
        jdbi, rows, servers, owners, catalogue, new JdbcToolAudit(audit), json);
  }
}
