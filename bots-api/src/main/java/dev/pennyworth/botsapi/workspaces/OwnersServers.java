package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.JdbcTeamToolPrices;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What owners do with their MCP servers.
final class OwnersServers {
  static final List<String> FIELDS = List.of("name", "url", "headers");
  static final int SERVERS_MAX = 20;

  private final Jdbi jdbi;
  private final JdbcWorkspaceRows workspaces;
  private final JdbcMcpServers servers;
  private final JdbcTeamToolPrices prices;
  private final JdbcToolAudit audit;
  private final HeaderSeal seal;
  private final McpServerUrls urls;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  OwnersServers(
      Jdbi jdbi,
      JdbcWorkspaceRows workspaces,
      JdbcMcpServers servers,
      JdbcTeamToolPrices prices,
      JdbcToolAudit audit,
      HeaderSeal seal,
      McpServerUrls urls,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.workspaces = workspaces;
    this.servers = servers;
    this.prices = prices;
    this.audit = audit;
    this.seal = seal;
    this.urls = urls;
    this.clock = clock;
    this.ids = ids;
  }

  /// @throws HttpFailure 404
  List<OwnersServer> list(TeamId team, WorkspaceId workspace, Pages.Request<McpServerId> page) {
    return jdbi.withHandle(handle -> {
      workspaces.find(handle, team, workspace);
      return servers.list(handle, team, workspace, page.after(), page.rows());
    });
  }

  /// @throws HttpFailure 404
  OwnersServer require(TeamId team, WorkspaceId workspace, McpServerId server) {
    return jdbi.withHandle(handle -> require(handle, team, workspace, server));
  }

  private OwnersServer require(
      Handle handle, TeamId team, WorkspaceId workspace, McpServerId server) {
    return servers.find(handle, team, workspace, server).orElseThrow(OwnersServers::notFound);
  }

  /// Checks what a request says of the address. May look up a name, so it is called outside
  /// transactions.
  ///
  /// @throws HttpFailure 422
  void checkUrl(Caller caller, RequestBody body) {
    urls.check(caller.team(), body);
  }

  /// Joins the caller's transaction.
  ///
  /// @throws HttpFailure 404, 409 or 422
  ServerView create(Handle tx, Caller caller, WorkspaceId workspace, RequestBody body) {
    var team = caller.team();
    workspaces.lock(tx, team, workspace);
    if (servers.count(tx, team, workspace) >= SERVERS_MAX) {
      throw HttpFailure.conflict(
          "too_many_mcp_servers",
          "A workspace may have %d MCP servers. Delete one first.".formatted(SERVERS_MAX));
    }
    String name = ToolName.read(body);
    requireFree(tx, team, workspace, name);
    var id = new McpServerId(ids.get());
    var now = clock.instant();
    var headers = seal.change(team, id.toString(), SealedHeaders.none(), HeaderChange.read(body));
    var server = new OwnersServer(id, workspace, name, McpServerUrls.read(body), headers, now, now);
    McpServerUrls.requireNoHeaders(server.url(), headers);
    servers.insert(tx, team, server);
    audit.created(tx, caller, server);
    return ServerView.of(server);
  }

  private void requireFree(Handle tx, TeamId team, WorkspaceId workspace, String name) {
    if (servers.hasName(tx, team, workspace, name)) {
      throw ToolName.taken(name);
    }
  }

  /// Changes what the body names.
  ///
  /// @throws HttpFailure 404, 409 or 422
  ServerView change(Caller caller, WorkspaceId workspace, McpServerId id, RequestBody body) {
    checkUrl(caller, body);
    var team = caller.team();
    return jdbi.inTransaction(tx -> {
      workspaces.lock(tx, team, workspace);
      var before = require(tx, team, workspace, id);
      var after =
          new OwnersServer(
              id,
              workspace,
              body.names("name") ? ToolName.read(body) : before.name(),
              body.names("url") ? McpServerUrls.read(body) : before.url(),
              seal.change(team, id.toString(), before.headers(), HeaderChange.read(body)),
              before.createdAt(),
              clock.instant());
      McpServerUrls.requireNoHeaders(after.url(), after.headers());
      boolean isRenamed = !after.name().equals(before.name());
      if (isRenamed) {
        requireFree(tx, team, workspace, after.name());
      }
      servers.update(tx, team, after);
      audit.changed(tx, caller, before, after);
      if (isRenamed) {
        renamePrices(tx, caller, after);
      }
      return ServerView.of(after);
    });
  }

  /// Prices are named after server and tool, so they go on under the new name.
  private void renamePrices(Handle tx, Caller caller, OwnersServer server) {
    var team = caller.team();
    JdbcMcpTools.of(tx, team, server.id())
        .forEach((tool, before) -> {
          var price = price(tx, team, server, tool, ToolTariff.of(before.price()));
          var after = new McpToolSettings(before.isEnabled(), price, before.timeout());
          JdbcMcpTools.write(tx, team, server.id(), tool, after);
          audit.changed(tx, caller, server.id(), tool, before, after);
        });
  }

  /// The next version of what a tool of a server costs; empty if it is free. Joins the caller's
  /// transaction, in which the workspace is locked.
  Optional<ToolPrice> price(
      Handle tx, TeamId team, OwnersServer server, String tool, ToolTariff tariff) {
    String path = "%s/%s/%s".formatted(server.workspace(), server.name(), tool);
    return tariff.isFree()
        ? Optional.empty()
        : Optional.of(prices.publish(tx, team, path, tariff.base(), tariff.rules()));
  }

  /// @throws HttpFailure 404
  void delete(Caller caller, WorkspaceId workspace, McpServerId id) {
    var team = caller.team();
    jdbi.useTransaction(tx -> {
      workspaces.lock(tx, team, workspace);
      var before = require(tx, team, workspace, id);
      servers.delete(tx, team, id);
      audit.deleted(tx, caller, before);
    });
  }

  static HttpFailure notFound() {
    return HttpFailure.notFound("MCP server");
  }
}
