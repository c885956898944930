package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.Workspaces;
import dev.pennyworth.billing.TeamId;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Answers the agent loop with what a workspace offers. Asked before every step, so it takes two
/// queries, on one connection, and opens the headers; nothing is kept, so that a change counts at
/// the next step on every node.
final class JdbcWorkspaces implements Workspaces {
  private final Jdbi jdbi;
  private final JdbcHttpTools tools;
  private final JdbcMcpServers servers;

  JdbcWorkspaces(Jdbi jdbi, JdbcHttpTools tools, JdbcMcpServers servers) {
    this.jdbi = jdbi;
    this.tools = tools;
    this.servers = servers;
  }

  @Override
  public WorkspaceTools find(TeamId team, Optional<WorkspaceId> workspace) {
    return jdbi.withHandle(handle ->
        new WorkspaceTools(
            tools.offered(handle, team, workspace), servers.offered(handle, team, workspace)));
  }
}
