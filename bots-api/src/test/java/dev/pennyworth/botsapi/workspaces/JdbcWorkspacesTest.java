package dev.pennyworth.botsapi.workspaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.Workspaces;
import dev.pennyworth.botsapi.TestingServer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What bots are offered.
final class JdbcWorkspacesTest {
  private static TestingServer server;
  private TestingWorkspace workspace;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    workspace = TestingWorkspace.ofNewTeam(server);
  }

  private WorkspaceTools offered(Optional<String> workspaceId) {
    return server
        .bean(Workspaces.class)
        .find(workspace.team().id(), workspaceId.map(id -> WorkspaceId.parse(id).orElseThrow()));
  }

  @Test
  void aNewTeamsWorkspaceOffersNothing() {
    assertThat(offered(Optional.empty())).isEqualTo(WorkspaceTools.NONE);
  }

  @Test
  void aToolIsOfferedAsItIsSetUp() {
    workspace.newTool(
        "weather", ",\"description\":\"Tells.\",\"method\":\"POST\",\"timeout_ms\":700");

    var tool = offered(Optional.of(workspace.id())).httpTools().getFirst();

    assertThat(tool)
        .isEqualTo(
            new WorkspaceTools.HttpTool(
                "weather",
                "Tells.",
                "POST",
                TestingWorkspace.URL,
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}",
                Map.of(),
                Optional.empty(),
                Duration.ofMillis(700)));
    assertThat(offered(Optional.empty()).httpTools()).containsExactly(tool);
  }

  @Test
  void whatIsOffIsNotOffered() {
    var path = workspace.newTool("weather", ",\"enabled\":false");
    assertThat(offered(Optional.empty()).httpTools()).isEmpty();

    workspace.patch(path, "{\"enabled\":true}");

    assertThat(offered(Optional.empty()).httpTools()).hasSize(1);
  }

  @Test
  void aServerIsOfferedWithWhatIsSetForItsTools() {
    var path = workspace.newServer("docs", "https://mcp.invalid/mcp?x=1");
    workspace.patch(path + "/tools/search", "{\"price_cents\":2,\"timeout_ms\":900}");
    workspace.patch(path + "/tools/delete", "{\"enabled\":false}");

    var mcp = offered(Optional.empty()).mcpServers().getFirst();

    assertThat(path).endsWith(new McpServerId(mcp.id()).toString());
    assertThat(mcp.name()).isEqualTo("docs");
    assertThat(mcp.url()).isEqualTo(URI.create("https://mcp.invalid/mcp?x=1"));
    assertThat(mcp.tools()).containsOnlyKeys("search", "delete");
    var search = Objects.requireNonNull(mcp.tools().get("search"));
    assertThat(search.isEnabled()).isTrue();
    assertThat(search.timeout()).isEqualTo(Duration.ofMillis(900));
    assertThat(search.price().orElseThrow().list().id())
        .isEqualTo("tool/%s/docs/search@1".formatted(workspace.id()));
    assertThat(search.price().orElseThrow().list().model()).isEqualTo("search");
    var delete = Objects.requireNonNull(mcp.tools().get("delete"));
    assertThat(delete.isEnabled()).isFalse();
    assertThat(delete.price()).isEmpty();
    assertThat(delete.timeout()).isEqualTo(Duration.ofSeconds(20));
  }

  @Test
  void eachWorkspaceOffersItsOwn() {
    var second =
        workspace.post("/api/workspaces", "{\"name\":\"2\"}").json().path("id").textValue();
    var other = new TestingWorkspace(server, workspace.team(), second);
    workspace.newTool("weather", "");
    other.newTool("news", "");
    other.newServer("docs", "https://mcp.invalid/");

    assertThat(offered(Optional.empty()).httpTools())
        .extracting(WorkspaceTools.HttpTool::name)
        .containsExactly("weather");
    assertThat(offered(Optional.empty()).mcpServers()).isEmpty();
    assertThat(offered(Optional.of(second)).httpTools())
        .extracting(WorkspaceTools.HttpTool::name)
        .containsExactly("news");
    assertThat(offered(Optional.of(second)).mcpServers()).hasSize(1);
  }

  @Test
  void anotherTeamsWorkspaceOffersNothing() {
    var theirs = TestingWorkspace.ofNewTeam(server);
    theirs.newTool("weather", "");

    assertThat(offered(Optional.of(theirs.id()))).isEqualTo(WorkspaceTools.NONE);
    assertThat(offered(Optional.of(new WorkspaceId(UUID.randomUUID()).toString())))
        .isEqualTo(WorkspaceTools.NONE);
  }
}
