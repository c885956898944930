package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.JdbcTeamToolPrices;
import dev.pennyworth.billing.TeamId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/// What owners set for tools of MCP servers. Everything that writes joins the caller's transaction,
/// in which the workspace is locked.
final class JdbcMcpTools {
  private JdbcMcpTools() {}

  /// By the tools' names.
  static Map<String, McpToolSettings> of(Handle handle, TeamId team, McpServerId server) {
    var tools = new TreeMap<String, McpToolSettings>();
    handle
        .createQuery(
            """
            SELECT m.name, m.enabled, m.timeout_millis, m.price_id,
              v.base_nanos, v.rule_arguments, v.rule_values, v.rule_nanos
            FROM mcp_tool m
            LEFT JOIN tool_price_version v ON v.team_id = m.team_id AND v.price_id = m.price_id
            WHERE m.team_id = :team AND m.server_id = :server
            """)
        .bind("team", team.uuid())
        .bind("server", server.uuid())
        .map((row, _) -> Map.entry(row.getString("name"), read(row)))
        .forEach(entry -> tools.put(entry.getKey(), entry.getValue()));
    return tools;
  }

  static void write(
      Handle tx, TeamId team, McpServerId server, String tool, McpToolSettings settings) {
    tx.createUpdate(
            """
            INSERT INTO mcp_tool (team_id, server_id, name, price_id, timeout_millis, enabled)
            VALUES (:team, :server, :name, :price, :timeout, :enabled)
            ON CONFLICT (team_id, server_id, name) DO UPDATE
            SET price_id = excluded.price_id, timeout_millis = excluded.timeout_millis,
              enabled = excluded.enabled
            """)
        .bind("team", team.uuid())
        .bind("server", server.uuid())
        .bind("name", tool)
        .bindByType("price", settings.price().map(it -> it.list().id()).orElse(null), String.class)
        .bind("timeout", Math.toIntExact(settings.timeout().toMillis()))
        .bind("enabled", settings.isEnabled())
        .execute();
  }

  static void deleteAll(Handle tx, TeamId team, McpServerId server) {
    tx.createUpdate(
            """
            DELETE FROM mcp_tool
            WHERE team_id = :team AND server_id = :server
            """)
        .bind("team", team.uuid())
        .bind("server", server.uuid())
        .execute();
  }

  /// The settings in a row that has the columns of `mcp_tool` and of its price.
  static McpToolSettings read(ResultSet row) throws SQLException {
    return new McpToolSettings(
        row.getBoolean("enabled"),
        JdbcTeamToolPrices.joined(row),
        Duration.ofMillis(row.getInt("timeout_millis")));
  }
}
