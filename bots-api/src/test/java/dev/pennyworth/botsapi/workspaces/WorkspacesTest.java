package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkspacesTest {
  private static TestingServer server;
  private TestingWorkspace first;

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
    first = TestingWorkspace.ofNewTeam(server);
  }

  private String create(String name) {
    var answer = first.post("/api/workspaces", "{\"name\":\"" + name + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json().path("id").textValue();
  }

  @Test
  void aTeamBeginsWithOneThatIsTheDefault() {
    var list = first.get("/api/workspaces").json();

    assertThat(list.path("workspaces")).hasSize(1);
    assertThat(list.at("/workspaces/0/is_default").booleanValue()).isTrue();
    assertThat(list.path("next_cursor").isNull()).isTrue();
    assertThat(first.get(first.path()).json()).isEqualTo(list.at("/workspaces/0"));
  }

  @Test
  void aNewOneIsReadListedAndRenamed() {
    var id = create("Shop");

    var renamed = first.patch("/api/workspaces/" + id, "{\"name\":\"Store\"}");

    assertThat(id).matches("ws_[0-9a-f]{32}");
    assertThat(renamed.status()).isEqualTo(200);
    assertThat(renamed.json().path("name").textValue()).isEqualTo("Store");
    assertThat(renamed.json().path("is_default").booleanValue()).isFalse();
    assertThat(first.patch("/api/workspaces/" + id, "{}").json()).isEqualTo(renamed.json());
    assertThat(first.get("/api/workspaces/" + id).json()).isEqualTo(renamed.json());
    assertThat(texts(first.get("/api/workspaces").json().path("workspaces"), "name"))
        .startsWith("Store")
        .hasSize(2);
    var noted = first.audit("workspace.changed").getFirst();
    assertThat(noted.path("subject").textValue()).isEqualTo(id);
    assertThat(noted.at("/from/name").textValue()).isEqualTo("Shop");
    assertThat(noted.at("/to/name").textValue()).isEqualTo("Store");
  }

  @Test
  void aListPages() {
    create("Two");
    create("Three");

    var one = first.get("/api/workspaces?limit=2").json();
    var two =
        first.get("/api/workspaces?limit=2&cursor=" + one.path("next_cursor").textValue()).json();

    assertThat(texts(one.path("workspaces"), "name")).containsExactly("Three", "Two");
    assertThat(texts(two.path("workspaces"), "id")).containsExactly(first.id());
    assertThat(two.path("next_cursor").isNull()).isTrue();
    assertThat(first.get("/api/workspaces?cursor=x").status()).isEqualTo(422);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"name\":\"\"}", "{\"name\":null}", "{\"name\":1}"})
  void aNameIsRequired(String json) {
    var answer = first.post("/api/workspaces", json);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo("name");
  }

  @Test
  void anUnknownFieldIsRefused() {
    var answer = first.post("/api/workspaces", "{\"name\":\"x\",\"color\":1}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo("unknown_field");
  }

  @Test
  void theSameIdempotencyKeyMakesOne() {
    var body = "{\"name\":\"Shop\"}";
    var one = first.post("/api/workspaces", body, "Idempotency-Key", "k");
    var two = first.post("/api/workspaces", body, "Idempotency-Key", "k");

    assertThat(two.text()).isEqualTo(one.text());
    assertThat(first.get("/api/workspaces").json().path("workspaces")).hasSize(2);
  }

  @Test
  void theDefaultOneStays() {
    var answer = first.delete(first.path());

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("default_workspace");
    assertThat(first.get(first.path()).status()).isEqualTo(200);
  }

  @Test
  void oneThatABotUsesStaysUntilTheBotHasAnotherOrIsGone() {
    var id = create("Shop");
    var one = TestingBot.draft(server, first.team(), "\"workspace_id\":\"" + id + "\"");
    var two = TestingBot.draft(server, first.team(), "\"workspace_id\":\"" + id + "\"");

    var refused = first.delete("/api/workspaces/" + id);
    one.owner("PATCH", "", "{\"workspace_id\":null}");
    two.owner("DELETE", "", "");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.errorCode()).isEqualTo("workspace_in_use");
    assertThat(refused.json().at("/error/details/bots"))
        .extracting(it -> it.asText())
        .containsExactlyInAnyOrder(one.id(), two.id());
    assertThat(first.delete("/api/workspaces/" + id).status()).isEqualTo(204);
    assertThat(one.get("").json().path("workspace_id").textValue()).isEqualTo(first.id());
    assertThat(first.get("/api/workspaces/" + id).status()).isEqualTo(404);
    assertThat(one.owner("PATCH", "", "{\"workspace_id\":\"" + id + "\"}").status()).isEqualTo(404);
    assertThat(first.audit("workspace.deleted")).hasSize(1);
  }

  @Test
  void aDeletedOneTakesItsToolsAlong() {
    var workspace = new TestingWorkspace(server, first.team(), create("Shop"));
    workspace.newTool("weather", ",\"price_cents\":2");
    var mcp = workspace.newServer("docs", "https://mcp.invalid/");
    workspace.patch(mcp + "/tools/search", "{\"price_cents\":3}");

    assertThat(first.delete(workspace.path()).status()).isEqualTo(204);
    assertThat(first.get(workspace.tools()).status()).isEqualTo(404);
    assertThat(first.get(workspace.servers()).status()).isEqualTo(404);
  }

  @Test
  void aTeamHasFiftyAtMost() {
    for (int i = 1; i < 50; i++) {
      create("n" + i);
    }

    var answer = first.post("/api/workspaces", "{\"name\":\"more\"}");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("too_many_workspaces");
  }
}
