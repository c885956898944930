package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.HttpFailure;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// A team's workspaces in the database, by themselves. Everything that writes joins the caller's
/// transaction.
public final class JdbcWorkspaceRows {

  /// A workspace, as it is shown.
  ///
  /// @param isDefault whether bots that name no workspace use it; it stays
  public record WorkspaceView(WorkspaceId id, String name, boolean isDefault, Instant createdAt) {}

  /// Newest first.
  ///
  /// @param before only workspaces older than this one
  List<WorkspaceView> list(Handle handle, TeamId team, Optional<WorkspaceId> before, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT workspace_id, name, is_default, created_at
            FROM workspace
            WHERE team_id = :team AND (:before::uuid IS NULL OR workspace_id < :before)
            ORDER BY workspace_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bindByType("before", before.map(WorkspaceId::uuid).orElse(null), UUID.class)
        .bind("rows", rowsMax)
        .map((row, _) -> read(row))
        .list();
  }

  /// @throws HttpFailure 404
  WorkspaceView find(Handle handle, TeamId team, WorkspaceId workspace) {
    return handle
        .createQuery(
            """
            SELECT workspace_id, name, is_default, created_at
            FROM workspace
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .map((row, _) -> read(row))
        .findOne()
        .orElseThrow(() -> HttpFailure.notFound("workspace"));
  }

  /// As [#find], locked for the rest of the transaction: who changes a workspace or what is in it
  /// waits. Bots may go on choosing it.
  ///
  /// @throws HttpFailure 404
  WorkspaceView lock(Handle tx, TeamId team, WorkspaceId workspace) {
    return tx.createQuery(
            """
            SELECT workspace_id, name, is_default, created_at
            FROM workspace
            WHERE team_id = :team AND workspace_id = :workspace
            FOR NO KEY UPDATE
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .map((row, _) -> read(row))
        .findOne()
        .orElseThrow(() -> HttpFailure.notFound("workspace"));
  }

  /// As [#lock], and bots that are about to choose it wait, too.
  ///
  /// @throws HttpFailure 404
  WorkspaceView lockToDelete(Handle tx, TeamId team, WorkspaceId workspace) {
    return tx.createQuery(
            """
            SELECT workspace_id, name, is_default, created_at
            FROM workspace
            WHERE team_id = :team AND workspace_id = :workspace
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .map((row, _) -> read(row))
        .findOne()
        .orElseThrow(() -> HttpFailure.notFound("workspace"));
  }

  /// How many a team has, counted under a lock on the team, so that two at once do not both find
  /// the last place.
  int lockedCount(Handle tx, TeamId team) {
    tx.createQuery(
            """
            SELECT team_id
            FROM team
            WHERE team_id = :team
            FOR NO KEY UPDATE
            """)
        .bind("team", team.uuid())
        .mapTo(UUID.class)
        .one();
    return tx.createQuery(
            """
            SELECT count(*)
            FROM workspace
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .mapTo(Integer.class)
        .one();
  }

  void insert(Handle tx, TeamId team, WorkspaceView workspace) {
    tx.createUpdate(
            """
            INSERT INTO workspace (team_id, workspace_id, name, created_at, is_default)
            VALUES (:team, :workspace, :name, :now, false)
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.id().uuid())
        .bind("name", workspace.name())
        .bind("now", workspace.createdAt())
        .execute();
  }

  void rename(Handle tx, TeamId team, WorkspaceId workspace, String name) {
    tx.createUpdate(
            """
            UPDATE workspace
            SET name = :name
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("name", name)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .execute();
  }

  void delete(Handle tx, TeamId team, WorkspaceId workspace) {
    tx.createUpdate(
            """
            DELETE FROM workspace
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .execute();
  }

  /// The bots that use a workspace which is not the default.
  List<BotId> bots(Handle tx, TeamId team, WorkspaceId workspace, int rowsMax) {
    return tx.createQuery(
            """
            SELECT bot_id
            FROM bot
            WHERE team_id = :team AND deleted_at IS NULL
              AND settings ->> 'workspace_id' = :workspace
            ORDER BY bot_id
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.toString())
        .bind("rows", rowsMax)
        .mapTo(UUID.class)
        .map(BotId::new)
        .list();
  }

  private static WorkspaceView read(ResultSet row) throws SQLException {
    return new WorkspaceView(
        new WorkspaceId(row.getObject("workspace_id", UUID.class)),
        row.getString("name"),
        row.getBoolean("is_default"),
        row.getTimestamp("created_at").toInstant());
  }
}
