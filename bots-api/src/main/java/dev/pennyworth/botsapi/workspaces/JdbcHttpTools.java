package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.billing.JdbcTeamToolPrices;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.ToolPrice;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/// HTTP tools in the database. Everything that writes joins the caller's transaction, in which the
/// workspace is locked.
final class JdbcHttpTools {
  private final HeaderSeal seal;

  JdbcHttpTools(HeaderSeal seal) {
    this.seal = seal;
  }

  /// A workspace's tools, newest first.
  ///
  /// @param before only tools older than this one
  List<OwnersTool> list(
      Handle handle, TeamId team, WorkspaceId workspace, Optional<ToolId> before, int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT t.*, v.base_nanos, v.rule_arguments, v.rule_values, v.rule_nanos
            FROM http_tool t
            LEFT JOIN tool_price_version v ON v.team_id = t.team_id AND v.price_id = t.price_id
            WHERE t.team_id = :team AND t.workspace_id = :workspace
              AND (:before::uuid IS NULL OR t.tool_id < :before)
            ORDER BY t.tool_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .bindByType("before", before.map(ToolId::uuid).orElse(null), UUID.class)
        .bind("rows", rowsMax)
        .map((row, _) -> read(row))
        .list();
  }

  Optional<OwnersTool> find(Handle handle, TeamId team, WorkspaceId workspace, ToolId tool) {
    return handle
        .createQuery(
            """
            SELECT t.*, v.base_nanos, v.rule_arguments, v.rule_values, v.rule_nanos
            FROM http_tool t
            LEFT JOIN tool_price_version v ON v.team_id = t.team_id AND v.price_id = t.price_id
            WHERE t.team_id = :team AND t.workspace_id = :workspace AND t.tool_id = :tool
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .bind("tool", tool.uuid())
        .map((row, _) -> read(row))
        .findOne();
  }

  /// The tools that are on, for bots. One query.
  ///
  /// @param workspace empty for the team's default workspace
  List<WorkspaceTools.HttpTool> offered(
      Handle handle, TeamId team, Optional<WorkspaceId> workspace) {
    return handle
        .createQuery(
            """
            SELECT t.*, v.base_nanos, v.rule_arguments, v.rule_values, v.rule_nanos
            FROM http_tool t
            LEFT JOIN tool_price_version v ON v.team_id = t.team_id AND v.price_id = t.price_id
            WHERE t.team_id = :team
              AND t.workspace_id = coalesce(:workspace::uuid, (
                SELECT w.workspace_id
                FROM workspace w
                WHERE w.team_id = :team AND w.is_default))
              AND t.enabled
            ORDER BY t.tool_id
            """)
        .bind("team", team.uuid())
        .bindByType("workspace", workspace.map(WorkspaceId::uuid).orElse(null), UUID.class)
        .map((row, _) -> offered(team, read(row)))
        .list();
  }

  private WorkspaceTools.HttpTool offered(TeamId team, OwnersTool tool) {
    var settings = tool.settings();
    return new WorkspaceTools.HttpTool(
        settings.name(),
        settings.description(),
        settings.method(),
        settings.url().text(),
        settings.parameters(),
        seal.open(team, tool.id().toString(), tool.headers()),
        tool.price(),
        Duration.ofMillis(settings.timeoutMillis()));
  }

  boolean hasName(Handle tx, TeamId team, WorkspaceId workspace, String name) {
    return tx.createQuery(
            """
            SELECT EXISTS (
              SELECT 1
              FROM http_tool
              WHERE team_id = :team AND workspace_id = :workspace AND name = :name)
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .bind("name", name)
        .mapTo(Boolean.class)
        .one();
  }

  int count(Handle tx, TeamId team, WorkspaceId workspace) {
    return tx.createQuery(
            """
            SELECT count(*)
            FROM http_tool
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .mapTo(Integer.class)
        .one();
  }

  void insert(Handle tx, TeamId team, OwnersTool tool) {
    var insert =
        tx.createUpdate(
            """
            INSERT INTO http_tool
              (team_id, tool_id, workspace_id, name, description, method, url, parameters, headers,
               price_id, timeout_millis, enabled, created_at, updated_at)
            VALUES
              (:team, :tool, :workspace, :name, :description, :method, :url, :parameters,
               :headers::jsonb, :price, :timeout, :enabled, :created_at, :updated_at)
            """);
    bind(insert, team, tool)
        .bind("workspace", tool.workspace().uuid())
        .bind("created_at", tool.createdAt())
        .execute();
  }

  void update(Handle tx, TeamId team, OwnersTool tool) {
    var update =
        tx.createUpdate(
            """
            UPDATE http_tool
            SET name = :name, description = :description, method = :method, url = :url,
              parameters = :parameters, headers = :headers::jsonb, price_id = :price,
              timeout_millis = :timeout, enabled = :enabled, updated_at = :updated_at
            WHERE team_id = :team AND tool_id = :tool
            """);
    bind(update, team, tool).execute();
  }

  private <S extends SqlStatement<S>> S bind(S statement, TeamId team, OwnersTool tool) {
    var settings = tool.settings();
    return statement
        .bind("team", team.uuid())
        .bind("tool", tool.id().uuid())
        .bind("name", settings.name())
        .bind("description", settings.description())
        .bind("method", settings.method())
        .bind("url", settings.url().text())
        .bind("parameters", settings.parameters())
        .bind("headers", seal.write(tool.headers()))
        .bindByType("price", tool.price().map(it -> it.list().id()).orElse(null), String.class)
        .bind("timeout", settings.timeoutMillis())
        .bind("enabled", settings.isEnabled())
        .bind("updated_at", tool.updatedAt());
  }

  void delete(Handle tx, TeamId team, ToolId tool) {
    tx.createUpdate(
            """
            DELETE FROM http_tool
            WHERE team_id = :team AND tool_id = :tool
            """)
        .bind("team", team.uuid())
        .bind("tool", tool.uuid())
        .execute();
  }

  void deleteAll(Handle tx, TeamId team, WorkspaceId workspace) {
    tx.createUpdate(
            """
            DELETE FROM http_tool
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .execute();
  }

  private OwnersTool read(ResultSet row) throws SQLException {
    Optional<ToolPrice> price = JdbcTeamToolPrices.joined(row);
    var settings =
        new ToolSettings(
            row.getString("name"),
            row.getString("description"),
            row.getString("method"),
            new UrlTemplate(row.getString("url")),
            row.getString("parameters"),
            row.getInt("timeout_millis"),
            row.getBoolean("enabled"),
            ToolTariff.of(price));
    return new OwnersTool(
        new ToolId(row.getObject("tool_id", UUID.class)),
        new WorkspaceId(row.getObject("workspace_id", UUID.class)),
        settings,
        seal.read(row.getString("headers")),
        price,
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }
}
