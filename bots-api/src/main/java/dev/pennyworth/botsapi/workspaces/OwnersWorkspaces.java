package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.botsapi.http.Pages;
import dev.pennyworth.botsapi.workspaces.JdbcWorkspaceRows.WorkspaceView;
import dev.pennyworth.connectors.HttpFailure;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What owners do with workspaces themselves.
final class OwnersWorkspaces {
  private static final int WORKSPACES_OF_A_TEAM_MAX = 50;
  private static final int BOTS_NAMED_MAX = 20;

  private final Jdbi jdbi;
  private final JdbcWorkspaceRows rows;
  private final JdbcHttpTools tools;
  private final JdbcMcpServers servers;
  private final JdbcAudit audit;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  OwnersWorkspaces(
      Jdbi jdbi,
      JdbcWorkspaceRows rows,
      JdbcHttpTools tools,
      JdbcMcpServers servers,
      JdbcAudit audit,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.rows = rows;
    this.tools = tools;
    this.servers = servers;
    this.audit = audit;
    this.clock = clock;
    this.ids = ids;
  }

  List<WorkspaceView> list(TeamId team, Pages.Request<WorkspaceId> page) {
    return jdbi.withHandle(handle -> rows.list(handle, team, page.after(), page.rows()));
  }

  /// @throws HttpFailure 404
  WorkspaceView require(TeamId team, WorkspaceId workspace) {
    return jdbi.withHandle(handle -> rows.find(handle, team, workspace));
  }

  /// Joins the caller's transaction.
  ///
  /// @throws HttpFailure 409 if the team has too many
  WorkspaceView create(Handle tx, Caller caller, String name) {
    if (rows.lockedCount(tx, caller.team()) >= WORKSPACES_OF_A_TEAM_MAX) {
      throw HttpFailure.conflict(
          "too_many_workspaces",
          "A team may have %d workspaces. Delete one first.".formatted(WORKSPACES_OF_A_TEAM_MAX));
    }
    var workspace = new WorkspaceView(new WorkspaceId(ids.get()), name, false, clock.instant());
    rows.insert(tx, caller.team(), workspace);
    audit.record(
        tx,
        caller,
        AuditAction.WORKSPACE_CREATED,
        workspace.id().toString(),
        null,
        Map.of("name", name));
    return workspace;
  }

  /// @throws HttpFailure 404
  WorkspaceView rename(Caller caller, WorkspaceId workspace, String name) {
    return jdbi.inTransaction(tx -> {
      var before = rows.lock(tx, caller.team(), workspace);
      if (!before.name().equals(name)) {
        rows.rename(tx, caller.team(), workspace, name);
        audit.record(
            tx,
            caller,
            AuditAction.WORKSPACE_CHANGED,
            workspace.toString(),
            Map.of("name", before.name()),
            Map.of("name", name));
      }
      return new WorkspaceView(workspace, name, before.isDefault(), before.createdAt());
    });
  }

  /// Deletes a workspace with its tools and servers. What they cost, and who was charged for them,
  /// stays.
  ///
  /// @throws HttpFailure 404, or 409 if it is the default or bots use it
  void delete(Caller caller, WorkspaceId workspace) {
    var team = caller.team();
    jdbi.useTransaction(tx -> {
      var before = rows.lockToDelete(tx, team, workspace);
      refuseInUse(tx, team, before);
      tools.deleteAll(tx, team, workspace);
      servers
          .list(tx, team, workspace, Optional.empty(), OwnersServers.SERVERS_MAX)
          .forEach(server -> servers.delete(tx, team, server.id()));
      rows.delete(tx, team, workspace);
      audit.record(
          tx,
          caller,
          AuditAction.WORKSPACE_DELETED,
          workspace.toString(),
          Map.of("name", before.name()),
          null);
    });
  }

  private void refuseInUse(Handle tx, TeamId team, WorkspaceView workspace) {
    if (workspace.isDefault()) {
      throw HttpFailure.conflict(
          "default_workspace", "The workspace that a team began with cannot be deleted.");
    }
    var bots = rows.bots(tx, team, workspace.id(), BOTS_NAMED_MAX);
    if (!bots.isEmpty()) {
      throw HttpFailure.conflict(
              "workspace_in_use",
              "Bots use the workspace; give them another one first: PATCH /api/bots/{id} with"
                  + " {\"workspace_id\": \"ws_…\"}, or null for the team's default.")
          .with("bots", bots.stream().map(BotId::toString).toList());
    }
  }

  static HttpFailure notFound() {
    return HttpFailure.notFound("workspace");
  }
}
