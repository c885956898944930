package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import java.util.Optional;

/// One workspace, for every bot of a test.
final class TestingWorkspaces implements Workspaces {
  private volatile WorkspaceTools tools = WorkspaceTools.NONE;

  void offer(WorkspaceTools offered) {
    tools = offered;
  }

  @Override
  public WorkspaceTools find(TeamId team, Optional<WorkspaceId> workspace) {
    return tools;
  }
}
