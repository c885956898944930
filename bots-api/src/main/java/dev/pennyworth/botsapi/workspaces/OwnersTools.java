package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.JdbcTeamToolPrices;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.ToolPrice;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What owners do with their HTTP tools.
final class OwnersTools {
  private static final int TOOLS_MAX = 100;

  private final Jdbi jdbi;
  private final JdbcWorkspaceRows workspaces;
  private final JdbcHttpTools tools;
  private final JdbcTeamToolPrices prices;
  private final JdbcToolAudit audit;
  private final HeaderSeal seal;
  private final HttpOwnersUrls urls;
  private final Json json;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  OwnersTools(
      Jdbi jdbi,
      JdbcWorkspaceRows workspaces,
      JdbcHttpTools tools,
      JdbcTeamToolPrices prices,
      JdbcToolAudit audit,
      HeaderSeal seal,
      HttpOwnersUrls urls,
      Json json,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.workspaces = workspaces;
    this.tools = tools;
    this.prices = prices;
    this.audit = audit;
    this.seal = seal;
    this.urls = urls;
    this.json = json;
    this.clock = clock;
    this.ids = ids;
  }

  /// @throws HttpFailure 404
  List<OwnersTool> list(TeamId team, WorkspaceId workspace, Pages.Request<ToolId> page) {
    return jdbi.withHandle(handle -> {
      workspaces.find(handle, team, workspace);
      return tools.list(handle, team, workspace, page.after(), page.rows());
    });
  }

  /// @throws HttpFailure 404
  ToolView read(TeamId team, WorkspaceId workspace, ToolId tool) {
    return jdbi.withHandle(handle -> ToolView.of(require(handle, team, workspace, tool), json));
  }

  private OwnersTool require(Handle handle, TeamId team, WorkspaceId workspace, ToolId tool) {
    return tools.find(handle, team, workspace, tool).orElseThrow(OwnersTools::notFound);
  }

  /// Checks what a request says of the address. May look up a name, so it is called outside
  /// transactions.
  ///
  /// @throws HttpFailure 422
  void checkUrl(RequestBody body) {
    if (body.names("url")) {
      urls.require("url", ToolSettings.url(body).example());
    }
  }

  /// Joins the caller's transaction.
  ///
  /// @throws HttpFailure 403, 404, 409 or 422
  ToolView create(Handle tx, Caller caller, WorkspaceId workspace, RequestBody body) {
    var team = caller.team();
    workspaces.lock(tx, team, workspace);
    var settings = ToolSettings.read(json, body, Optional.empty());
    ToolRoles.requireTariff(caller, ToolTariff.FREE, settings.tariff());
    if (tools.count(tx, team, workspace) >= TOOLS_MAX) {
      throw HttpFailure.conflict(
          "too_many_tools",
          "A workspace may have %d tools. Delete one first.".formatted(TOOLS_MAX));
    }
    requireFree(tx, team, workspace, settings.name());
    var id = new ToolId(ids.get());
    var now = clock.instant();
    var tool =
        new OwnersTool(
            id,
            workspace,
            settings,
            seal.change(team, id.toString(), SealedHeaders.none(), HeaderChange.read(body)),
            price(tx, team, workspace, settings),
            now,
            now);
    tools.insert(tx, team, tool);
    audit.created(tx, caller, tool);
    return ToolView.of(tool, json);
  }

  private void requireFree(Handle tx, TeamId team, WorkspaceId workspace, String name) {
    if (tools.hasName(tx, team, workspace, name)) {
      throw ToolName.taken(name);
    }
  }

  /// The next version of what a tool costs; empty if it is free.
  private Optional<ToolPrice> price(
      Handle tx, TeamId team, WorkspaceId workspace, ToolSettings settings) {
    var tariff = settings.tariff();
    return tariff.isFree()
        ? Optional.empty()
        : Optional.of(
            prices.publish(
                tx, team, workspace + "/" + settings.name(), tariff.base(), tariff.rules()));
  }

  /// Changes what the body names; `null` brings the default back.
  ///
  /// @throws HttpFailure 403, 404, 409 or 422
  ToolView change(Caller caller, WorkspaceId workspace, ToolId id, RequestBody body) {
    checkUrl(body);
    var team = caller.team();
    return jdbi.inTransaction(tx -> {
      workspaces.lock(tx, team, workspace);
      var before = require(tx, team, workspace, id);
      var settings = ToolSettings.read(json, body, Optional.of(before.settings()));
      ToolRoles.requireTariff(caller, before.settings().tariff(), settings.tariff());
      boolean isRenamed = !settings.name().equals(before.settings().name());
      if (isRenamed) {
        requireFree(tx, team, workspace, settings.name());
      }
      boolean keepsPrice = !isRenamed && settings.tariff().equals(before.settings().tariff());
      var after =
          new OwnersTool(
              id,
              workspace,
              settings,
              seal.change(team, id.toString(), before.headers(), HeaderChange.read(body)),
              keepsPrice ? before.price() : price(tx, team, workspace, settings),
              before.createdAt(),
              clock.instant());
      tools.update(tx, team, after);
      audit.changed(tx, caller, before, after);
      return ToolView.of(after, json);
    });
  }

  /// @throws HttpFailure 404
  void delete(Caller caller, WorkspaceId workspace, ToolId id) {
    var team = caller.team();
    jdbi.useTransaction(tx -> {
      workspaces.lock(tx, team, workspace);
      var before = require(tx, team, workspace, id);
      tools.delete(tx, team, id);
      audit.deleted(tx, caller, before);
    });
  }

  static HttpFailure notFound() {
    return HttpFailure.notFound("tool");
  }
}
