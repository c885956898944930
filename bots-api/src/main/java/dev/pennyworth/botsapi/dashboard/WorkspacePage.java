package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.botsapi.workspaces.JdbcWorkspaceRows;
import dev.pennyworth.botsapi.workspaces.OwnersMcpTools;
import dev.pennyworth.botsapi.workspaces.ServerView;
import dev.pennyworth.botsapi.workspaces.ToolView;
import java.util.List;

/// A workspace with all its tools.
public record WorkspacePage(
    JdbcWorkspaceRows.WorkspaceView workspace, List<ToolView> tools, List<Server> servers) {
  public WorkspacePage {
    tools = List.copyOf(tools);
    servers = List.copyOf(servers);
  }

  /// An MCP server and what it offers now.
  public record Server(ServerView server, OwnersMcpTools.Listing offered) {}

  public String path() {
    return "/dashboard/tools/" + workspace.id();
  }

  public boolean isEmpty() {
    return tools.isEmpty() && servers.isEmpty();
  }
}
