package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.BotSettings;
import dev.pennyworth.agentloop.McpCatalogue;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.McpUnavailable;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.agentloop.Workspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/// Which tools a bot's model is offered: those of its workspace, and those that are built in.
///
/// A real model is billed for each definition in every call. It is offered the built-in tools only
/// beside others, which its owner asked for; the practice model always has them.
public final class OfferedTools {
  /// No provider takes more.
  private static final int TOOLS_MAX = 128;

  private final Workspaces workspaces;
  private final McpCatalogue catalogue;
  private final McpConnections mcp;
  private final HttpToolConnection http;
  private final List<Tool> builtIn;
  private final ExecutorService threads;

  public OfferedTools(
      Workspaces workspaces,
      McpCatalogue catalogue,
      McpConnections mcp,
      HttpToolConnection http,
      List<Tool> builtIn,
      ExecutorService threads) {
    this.workspaces = workspaces;
    this.catalogue = catalogue;
    this.mcp = mcp;
    this.http = http;
    this.builtIn = List.copyOf(builtIn);
    this.threads = threads;
  }

  /// A tool of a server that answered.
  private record Found(McpServer server, ListedTool tool) {}

  /// The tools of a bot now. Asks MCP servers that were not asked for a minute: not to be called in
  /// a transaction.
  public List<Tool> of(BotSettings bot) {
    var workspace = workspaces.find(bot.team(), bot.workspace());
    var names = new ToolNames();
    var tools = new ArrayList<Tool>();
    for (var tool : workspace.httpTools()) {
      tools.add(new HttpEndpointTool(http, tool, names.give(tool.name(), "http", false)));
    }
    boolean isPractice = bot.provider().equals("builtin");
    if (isPractice || hasAny(workspace)) {
      builtIn.stream()
          .filter(tool -> !names.isGiven(tool.spec().name()))
          .forEach(tool -> {
            names.give(tool.spec().name(), "pennyworth", false);
            tools.add(tool);
          });
    }
    addMcp(tools, names, found(workspace));
    return List.copyOf(tools.subList(0, Math.min(tools.size(), TOOLS_MAX)));
  }

  /// Whether the bot's workspace has a tool that its owner set up.
  public boolean hasOwners(BotSettings bot) {
    return hasAny(workspaces.find(bot.team(), bot.workspace()));
  }

  private static boolean hasAny(WorkspaceTools workspace) {
    return !workspace.httpTools().isEmpty() || !workspace.mcpServers().isEmpty();
  }

  private void addMcp(List<Tool> tools, ToolNames names, List<Found> found) {
    var wanted = found.stream().map(each -> ToolNames.clean(each.tool().name())).toList();
    for (var each : found) {
      var name = ToolNames.clean(each.tool().name());
      boolean isShared = wanted.stream().filter(name::equals).count() > 1;
      var given = names.give(each.tool().name(), each.server().name(), isShared);
      tools.add(new McpTool(mcp, each.server(), each.tool(), given));
    }
  }

  /// All servers are asked at once: a slow one makes nobody wait longer than itself.
  private List<Found> found(WorkspaceTools workspace) {
    var tasks =
        workspace.mcpServers().stream()
            .map(server -> (Callable<List<Found>>) () -> found(server))
            .toList();
    try {
      var found = new ArrayList<Found>();
      for (Future<List<Found>> each : threads.invokeAll(tasks)) {
        found.addAll(each.get());
      }
      return found;
    } catch (ExecutionException e) {
      throw new IllegalStateException("an MCP server could not be asked", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while MCP servers were asked", e);
    }
  }

  /// What is on. A dead server offers nothing, and a turn does without.
  private List<Found> found(McpServer server) {
    try {
      return catalogue.list(server).stream()
          .filter(tool -> isEnabled(server, tool))
          .map(tool -> new Found(server, tool))
          .toList();
    } catch (McpUnavailable _) {
      return List.of(); // the catalogue has told the operator, and tells the owner who asks
    }
  }

  private static boolean isEnabled(McpServer server, ListedTool tool) {
    var settings = server.tools().get(tool.name());
    return settings == null || settings.isEnabled();
  }
}
