package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/// MCP servers in the database. Everything that writes joins the caller's transaction, in which the
/// workspace is locked.
final class JdbcMcpServers {
  private final HeaderSeal seal;

  JdbcMcpServers(HeaderSeal seal) {
    this.seal = seal;
  }

  /// A workspace's servers, newest first.
  ///
  /// @param before only servers older than this one
  List<OwnersServer> list(
      Handle handle,
      TeamId team,
      WorkspaceId workspace,
      Optional<McpServerId> before,
      int rowsMax) {
    return handle
        .createQuery(
            """
            SELECT *
            FROM mcp_server
            WHERE team_id = :team AND workspace_id = :workspace
              AND (:before::uuid IS NULL OR server_id < :before)
            ORDER BY server_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .bindByType("before", before.map(McpServerId::uuid).orElse(null), UUID.class)
        .bind("rows", rowsMax)
        .map((row, _) -> read(row))
        .list();
  }

  Optional<OwnersServer> find(
      Handle handle, TeamId team, WorkspaceId workspace, McpServerId server) {
    return handle
        .createQuery(
            """
            SELECT *
            FROM mcp_server
            WHERE team_id = :team AND workspace_id = :workspace AND server_id = :server
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .bind("server", server.uuid())
        .map((row, _) -> read(row))
        .findOne();
  }

  /// The servers for bots, each with what is set for its tools. One query.
  ///
  /// @param workspace empty for the team's default workspace
  List<WorkspaceTools.McpServer> offered(
      Handle handle, TeamId team, Optional<WorkspaceId> workspace) {
    var servers = new LinkedHashMap<McpServerId, OwnersServer>();
    var tools = new HashMap<McpServerId, Map<String, McpToolSettings>>();
    handle
        .createQuery(
            """
            SELECT s.*, m.name AS tool_name, m.enabled, m.timeout_millis, m.price_id,
              v.base_nanos, v.rule_arguments, v.rule_values, v.rule_nanos
            FROM mcp_server s
            LEFT JOIN mcp_tool m ON m.team_id = s.team_id AND m.server_id = s.server_id
            LEFT JOIN tool_price_version v ON v.team_id = m.team_id AND v.price_id = m.price_id
            WHERE s.team_id = :team
              AND s.workspace_id = coalesce(:workspace::uuid, (
                SELECT w.workspace_id
                FROM workspace w
                WHERE w.team_id = :team AND w.is_default))
            ORDER BY s.server_id
            """)
        .bind("team", team.uuid())
        .bindByType("workspace", workspace.map(WorkspaceId::uuid).orElse(null), UUID.class)
        .map((row, _) -> {
          var server = read(row);
          servers.putIfAbsent(server.id(), server);
          var ofServer = tools.computeIfAbsent(server.id(), _ -> new HashMap<>());
          if (row.getString("tool_name") != null) {
            ofServer.put(row.getString("tool_name"), JdbcMcpTools.read(row));
          }
          return server.id();
        })
        .list();
    return servers.values().stream()
        .map(server -> offered(team, server, tools.getOrDefault(server.id(), Map.of())))
        .toList();
  }

  /// A server with its headers opened, as the agent loop calls it.
  WorkspaceTools.McpServer offered(
      TeamId team, OwnersServer server, Map<String, McpToolSettings> tools) {
    return new WorkspaceTools.McpServer(
        team,
        server.id().uuid(),
        server.name(),
        URI.create(server.url()),
        seal.open(team, server.id().toString(), server.headers()),
        tools);
  }

  boolean hasName(Handle tx, TeamId team, WorkspaceId workspace, String name) {
    return tx.createQuery(
            """
            SELECT EXISTS (
              SELECT 1
              FROM mcp_server
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
            FROM mcp_server
            WHERE team_id = :team AND workspace_id = :workspace
            """)
        .bind("team", team.uuid())
        .bind("workspace", workspace.uuid())
        .mapTo(Integer.class)
        .one();
  }

  void insert(Handle tx, TeamId team, OwnersServer server) {
    var insert =
        tx.createUpdate(
            """
            INSERT INTO mcp_server
              (team_id, server_id, workspace_id, name, url, headers, created_at, updated_at)
            VALUES
              (:team, :server, :workspace, :name, :url, :headers::jsonb, :created_at, :updated_at)
            """);
    bind(insert, team, server)
        .bind("workspace", server.workspace().uuid())
        .bind("created_at", server.createdAt())
        .execute();
  }

  void update(Handle tx, TeamId team, OwnersServer server) {
    var update =
        tx.createUpdate(
            """
            UPDATE mcp_server
            SET name = :name, url = :url, headers = :headers::jsonb, updated_at = :updated_at
            WHERE team_id = :team AND server_id = :server
            """);
    bind(update, team, server).execute();
  }

  private <S extends SqlStatement<S>> S bind(S statement, TeamId team, OwnersServer server) {
    return statement
        .bind("team", team.uuid())
        .bind("server", server.id().uuid())
        .bind("name", server.name())
        .bind("url", server.url())
        .bind("headers", seal.write(server.headers()))
        .bind("updated_at", server.updatedAt());
  }

  /// Deletes a server with what is set for its tools.
  void delete(Handle tx, TeamId team, McpServerId server) {
    JdbcMcpTools.deleteAll(tx, team, server);
    tx.createUpdate(
            """
            DELETE FROM mcp_server
            WHERE team_id = :team AND server_id = :server
            """)
        .bind("team", team.uuid())
        .bind("server", server.uuid())
        .execute();
  }

  private OwnersServer read(ResultSet row) throws SQLException {
    return new OwnersServer(
        new McpServerId(row.getObject("server_id", UUID.class)),
        new WorkspaceId(row.getObject("workspace_id", UUID.class)),
        row.getString("name"),
        row.getString("url"),
        seal.read(row.getString("headers")),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }
}
