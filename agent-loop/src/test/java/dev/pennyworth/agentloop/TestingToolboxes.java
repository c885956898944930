package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.tools.HttpToolConnection;
import dev.pennyworth.agentloop.tools.McpConnections;
import dev.pennyworth.agentloop.tools.ProcessMcpClient;
import java.time.InstantSource;
import org.jdbi.v3.core.Jdbi;

/// Tools as bots of a test have them: whatever the test's workspaces offer may be called.
final class TestingToolboxes implements AutoCloseable {
  private final ToolsWiring wiring = new ToolsWiring();
  private final HttpToolConnection http = new HttpToolConnection(true);
  private final TestingWorkspaces workspaces;
  private final ProcessMcpClient programs;

  TestingToolboxes(TestingWorkspaces workspaces, McpPrograms programs, OperatorTeams operators) {
    this.workspaces = workspaces;
    this.programs = wiring.mcpPrograms(programs, operators);
  }

  /// As a process has them.
  Toolboxes of(Jdbi jdbi, InstantSource clock) {
    var mcp = connections(clock);
    return wiring.toolboxes(workspaces, wiring.mcpCatalogue(mcp, clock), mcp, http, jdbi, clock);
  }

  /// What the servers offer, asked anew.
  McpCatalogue catalogue(InstantSource clock) {
    return wiring.mcpCatalogue(connections(clock), clock);
  }

  private McpConnections connections(InstantSource clock) {
    return wiring.mcpConnections(wiring.mcpClient(http, clock), programs);
  }

  @Override
  public void close() {
    programs.close();
    http.close();
  }
}
