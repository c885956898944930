package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.McpCatalogue;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import dev.pennyworth.connectors.RequestBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// What owners do with the tools of their MCP servers: look, switch and price them.
public final class OwnersMcpTools {
  static final List<String> FIELDS = List.of("enabled", "price_cents", "price_rules", "timeout_ms");

  private static final int TOOLS_OF_A_SERVER_MAX = 500;
  private static final int NAME_LENGTH_MAX = 128;
  private static final McpToolSettings UNSET =
      new McpToolSettings(
          true, Optional.empty(), Duration.ofMillis(ToolSettings.TIMEOUT_MILLIS_DEFAULT));

  private final Jdbi jdbi;
  private final JdbcWorkspaceRows workspaces;
  private final JdbcMcpServers servers;
  private final OwnersServers owners;
  private final McpCatalogue catalogue;
  private final JdbcToolAudit audit;
  private final Json json;

  OwnersMcpTools(
      Jdbi jdbi,
      JdbcWorkspaceRows workspaces,
      JdbcMcpServers servers,
      OwnersServers owners,
      McpCatalogue catalogue,
      JdbcToolAudit audit,
      Json json) {
    this.jdbi = jdbi;
    this.workspaces = workspaces;
    this.servers = servers;
    this.owners = owners;
    this.catalogue = catalogue;
    this.audit = audit;
    this.json = json;
  }

  /// A server's tools.
  ///
  /// @param available whether the server could be asked; if not, only what is set is listed
  /// @param problem why it could not
  public record Listing(boolean available, Optional<String> problem, List<McpToolView> tools) {}

  /// What a server answered.
  private record Answer(List<ListedTool> tools, Optional<String> problem) {
    private Optional<ListedTool> find(String name) {
      return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }
  }

  /// Asks the server, in its own order; then come tools that something is set for and that it has
  /// no more.
  ///
  /// @throws HttpFailure 404
  Listing list(TeamId team, WorkspaceId workspace, McpServerId id) {
    var server = owners.require(team, workspace, id);
    var settings = jdbi.withHandle(handle -> JdbcMcpTools.of(handle, team, id));
    var answer = ask(team, server, settings);
    var tools = new ArrayList<McpToolView>();
    for (var tool : answer.tools()) {
      var set = settings.getOrDefault(tool.name(), UNSET);
      tools.add(McpToolView.of(tool.name(), Optional.of(tool), set, json));
    }
    settings.forEach((name, set) -> {
      if (answer.find(name).isEmpty()) {
        tools.add(McpToolView.of(name, Optional.empty(), set, json));
      }
    });
    return new Listing(answer.problem().isEmpty(), answer.problem(), List.copyOf(tools));
  }

  private Answer ask(TeamId team, OwnersServer server, Map<String, McpToolSettings> settings) {
    try {
      return new Answer(catalogue.list(servers.offered(team, server, settings)), Optional.empty());
    } catch (McpUnavailable e) {
      return new Answer(List.of(), Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /// Changes what the body names; `null` brings the default back. A tool that the server does not
  /// have is not found; while the server cannot be asked, any name is taken.
  ///
  /// @throws HttpFailure 403, 404, 409 or 422
  McpToolView change(
      Caller caller, WorkspaceId workspace, McpServerId id, String tool, RequestBody body) {
    var team = caller.team();
    var known = jdbi.withHandle(handle -> JdbcMcpTools.of(handle, team, id));
    var answer = ask(team, owners.require(team, workspace, id), known);
    boolean isUnheardOf =
        answer.problem().isEmpty() && answer.find(tool).isEmpty() && !known.containsKey(tool);
    if (isUnheardOf || !isName(tool)) {
      throw HttpFailure.notFound("tool of the MCP server");
    }
    var after = write(caller, workspace, id, tool, body);
    return McpToolView.of(tool, answer.find(tool), after, json);
  }

  private static boolean isName(String text) {
    return !text.isBlank()
        && text.length() <= NAME_LENGTH_MAX
        && CleanText.of(text).equals(text)
        && text.chars().noneMatch(Character::isISOControl);
  }

  private McpToolSettings write(
      Caller caller, WorkspaceId workspace, McpServerId id, String tool, RequestBody body) {
    var team = caller.team();
    return jdbi.inTransaction(tx -> {
      workspaces.lock(tx, team, workspace);
      var server = servers.find(tx, team, workspace, id).orElseThrow(OwnersServers::notFound);
      var known = JdbcMcpTools.of(tx, team, id);
      if (!known.containsKey(tool) && known.size() >= TOOLS_OF_A_SERVER_MAX) {
        throw HttpFailure.conflict(
            "too_many_mcp_tools",
            "Something may be set for %d tools of a server.".formatted(TOOLS_OF_A_SERVER_MAX));
      }
      var before = known.getOrDefault(tool, UNSET);
      var was = ToolTariff.of(before.price());
      var tariff = ToolTariff.read(body, was);
      ToolRoles.requireTariff(caller, was, tariff);
      int timeoutMillis =
          ToolSettings.timeoutMillis(
              body, Optional.of(Math.toIntExact(before.timeout().toMillis())));
      var after =
          new McpToolSettings(
              ToolSettings.isEnabled(body, Optional.of(before.isEnabled())),
              tariff.equals(was) ? before.price() : owners.price(tx, team, server, tool, tariff),
              Duration.ofMillis(timeoutMillis));
      JdbcMcpTools.write(tx, team, id, tool, after);
      audit.changed(tx, caller, id, tool, before, after);
      return after;
    });
  }
}
