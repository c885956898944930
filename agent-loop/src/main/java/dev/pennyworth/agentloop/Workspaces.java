package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TeamId;
import java.util.Optional;

/// Where the tools of workspaces are asked for.
public interface Workspaces {
  /// What a workspace offers its bots; nothing, if there is no such workspace in the team.
  ///
  /// @param workspace empty for the team's default workspace
  WorkspaceTools find(TeamId team, Optional<WorkspaceId> workspace);
}
