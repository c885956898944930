package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.tools.Calculator;
import dev.pennyworth.agentloop.tools.CurrentTime;
import dev.pennyworth.agentloop.tools.HttpMcpClient;
import dev.pennyworth.agentloop.tools.HttpToolConnection;
import dev.pennyworth.agentloop.tools.JdbcNotes;
import dev.pennyworth.agentloop.tools.McpConnections;
import dev.pennyworth.agentloop.tools.McpListings;
import dev.pennyworth.agentloop.tools.OfferedTools;
import dev.pennyworth.agentloop.tools.ProcessMcpClient;
import dev.pennyworth.agentloop.tools.Recall;
import dev.pennyworth.agentloop.tools.Remember;
import dev.pennyworth.agentloop.tools.SchemaCheck;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import org.jdbi.v3.core.Jdbi;

/// What models may ask for.
@Factory
public final class ToolsWiring {
  @Singleton
  @Bean(preDestroy = "close")
  public HttpToolConnection toolConnection(AgentLoopSettings settings) {
    return new HttpToolConnection(settings.allowsPrivateNetworks());
  }

  @Singleton
  public HttpMcpClient mcpClient(HttpToolConnection http, InstantSource clock) {
    return new HttpMcpClient(http, clock);
  }

  @Singleton
  @Bean(preDestroy = "close")
  public ProcessMcpClient mcpPrograms(McpPrograms programs, OperatorTeams operators) {
    return new ProcessMcpClient(programs, operators);
  }

  @Singleton
  public McpConnections mcpConnections(HttpMcpClient http, ProcessMcpClient programs) {
    return new McpConnections(http, programs);
  }

  @Singleton
  public McpCatalogue mcpCatalogue(McpConnections mcp, InstantSource clock) {
    return new McpListings(mcp, clock);
  }

  @Singleton
  Toolboxes toolboxes(
      Workspaces workspaces,
      McpCatalogue catalogue,
      McpConnections mcp,
      HttpToolConnection http,
      Jdbi jdbi,
      InstantSource clock) {
    var notes = new JdbcNotes(jdbi, clock);
    var builtIn =
        List.of(new CurrentTime(clock), new Calculator(), new Remember(notes), new Recall(notes));
    var offered =
        new OfferedTools(
            workspaces, catalogue, mcp, http, builtIn, Executors.newVirtualThreadPerTaskExecutor());
    return new OwnersToolboxes(offered, new SchemaCheck());
  }

  private record OwnersToolboxes(OfferedTools offered, SchemaCheck schemas) implements Toolboxes {
    @Override
    public Toolbox of(BotSettings bot) {
      return new Toolbox(offered.of(bot), schemas);
    }

    @Override
    public boolean hasOwnersTools(BotSettings bot) {
      return offered.hasOwners(bot);
    }
  }
}
