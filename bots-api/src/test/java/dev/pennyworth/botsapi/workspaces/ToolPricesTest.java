package dev.pennyworth.botsapi.workspaces;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.agentloop.Workspaces;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.TestingServer;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What calls of tools cost: each change is a version that stays.
final class ToolPricesTest {
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

  private WorkspaceTools offered() {
    return server.bean(Workspaces.class).find(workspace.team().id(), Optional.empty());
  }

  private String priceId(String name, int version) {
    return "tool/%s/%s@%d".formatted(workspace.id(), name, version);
  }

  private static String priceId(JsonNode tool) {
    return tool.path("price_id").textValue();
  }

  private List<String> versions() {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT price_id || ' ' || base_nanos
                    FROM tool_price_version
                    WHERE team_id = :team
                    ORDER BY tool, version
                    """)
                .bind("team", workspace.team().id().uuid())
                .mapTo(String.class)
                .list());
  }

  @Test
  void aPriceReachesTheAgentLoopWithItsVersionAndRules() {
    workspace.newTool(
        "weather",
        ",\"price_cents\":2,\"price_rules\":["
            + "{\"argument\":\"city\",\"value\":\"Rome\",\"price_cents\":5},"
            + "{\"argument\":\"city\",\"price_cents\":0.1}]");
    workspace.newTool("free", "");

    var tools = offered().httpTools();

    var price = tools.getFirst().price().orElseThrow();
    assertThat(price.list().id()).isEqualTo(priceId("weather", 1));
    assertThat(price.list().model()).isEqualTo("weather");
    assertThat(price.of("{\"city\":\"Rome\"}")).isEqualTo(new NanoUsd(54_000_000));
    assertThat(price.of("{}")).isEqualTo(NanoUsd.ofCents(2));
    assertThat(tools.getLast().price()).isEmpty();
  }

  @Test
  void aChangedPriceIsANewVersionAndTheOldOneStays() {
    var path = workspace.newTool("weather", ",\"price_cents\":2");

    var dearer = workspace.patch(path, "{\"price_cents\":3}").json();
    var same = workspace.patch(path, "{\"price_cents\":3,\"description\":\"d\"}").json();
    var free = workspace.patch(path, "{\"price_cents\":null}").json();
    var again = workspace.patch(path, "{\"price_cents\":2}").json();

    assertThat(priceId(dearer)).isEqualTo(priceId("weather", 2));
    assertThat(priceId(same)).isEqualTo(priceId("weather", 2));
    assertThat(priceId(free)).isNull();
    assertThat(priceId(again)).isEqualTo(priceId("weather", 3));
    assertThat(versions())
        .containsExactly(
            priceId("weather", 1) + " 20000000",
            priceId("weather", 2) + " 30000000",
            priceId("weather", 3) + " 20000000");
  }

  @Test
  void aRenamedToolGoesOnAtItsPriceUnderTheNewName() {
    var path = workspace.newTool("weather", ",\"price_cents\":2");

    var renamed = workspace.patch(path, "{\"name\":\"forecast\"}").json();

    assertThat(priceId(renamed)).isEqualTo(priceId("forecast", 1));
    assertThat(renamed.path("price_cents").intValue()).isEqualTo(2);
    assertThat(versions()).hasSize(2);
  }

  @Test
  void aToolThatTakesADeletedOnesNameDoesNotTakeItsVersions() {
    workspace.delete(workspace.newTool("weather", ",\"price_cents\":2"));

    var next = workspace.get(workspace.newTool("weather", ",\"price_cents\":9")).json();

    assertThat(priceId(next)).isEqualTo(priceId("weather", 2));
    assertThat(versions()).hasSize(2);
  }

  @Test
  void pricesAreNotedWithWhatTheyWere() {
    var path = workspace.newTool("weather", ",\"price_cents\":2");

    workspace.patch(path, "{\"price_cents\":3}");
    workspace.patch(path, "{\"description\":\"d\"}");

    var noted = workspace.audit("tool.price_changed");
    assertThat(noted).hasSize(1);
    assertThat(noted.getFirst().path("subject").textValue())
        .isEqualTo(path.substring(path.lastIndexOf('/') + 1));
    assertThat(noted.getFirst().at("/from/price_cents").intValue()).isEqualTo(2);
    assertThat(noted.getFirst().at("/from/price_id").textValue()).isEqualTo(priceId("weather", 1));
    assertThat(noted.getFirst().at("/to/price_cents").intValue()).isEqualTo(3);
    assertThat(workspace.audit("tool.changed")).hasSize(1);
    assertThat(workspace.audit("tool.created").getFirst().at("/to/cost/price_cents").intValue())
        .isEqualTo(2);
  }

  @Test
  void theSameNameInAnotherWorkspaceHasVersionsOfItsOwn() {
    workspace.newTool("weather", ",\"price_cents\":2");
    var second =
        workspace.post("/api/workspaces", "{\"name\":\"2\"}").json().path("id").textValue();
    var other = new TestingWorkspace(server, workspace.team(), second);

    var made = other.get(other.newTool("weather", ",\"price_cents\":7")).json();

    assertThat(priceId(made)).isEqualTo("tool/%s/weather@1".formatted(second));
    assertThat(offered().httpTools().getFirst().price().orElseThrow().base())
        .isEqualTo(NanoUsd.ofCents(2));
  }
}
