package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Owners name MCP servers, and switch and price their tools. Nobody answers here.
final class McpServersTest {
  private static final String NOBODY = "https://mcp.invalid/mcp";

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

  @Test
  void aServerIsMadeReadListedChangedAndDeleted() {
    var path = workspace.newServer("docs", NOBODY);

    var changed = workspace.patch(path, "{\"url\":\"https://mcp.invalid/other\"}");

    assertThat(path.substring(path.lastIndexOf('/') + 1)).matches("mcp_[0-9a-f]{32}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().path("name").textValue()).isEqualTo("docs");
    assertThat(changed.json().path("url").textValue()).isEqualTo("https://mcp.invalid/other");
    assertThat(workspace.get(path).json()).isEqualTo(changed.json());
    var list = workspace.get(workspace.servers()).json();
    assertThat(list.path("mcp_servers")).containsExactly(changed.json());
    assertThat(workspace.delete(path).status()).isEqualTo(204);
    assertThat(workspace.get(path).status()).isEqualTo(404);
    assertThat(workspace.audit("mcp_server.created")).hasSize(1);
    assertThat(workspace.audit("mcp_server.changed").getFirst().at("/to/url").textValue())
        .endsWith("/other");
    assertThat(workspace.audit("mcp_server.deleted")).hasSize(1);
  }

  @Test
  void aListPages() {
    workspace.newServer("one", NOBODY);
    workspace.newServer("two", NOBODY);

    var page = workspace.get(workspace.servers() + "?limit=1").json();
    var rest =
        workspace
            .get(workspace.servers() + "?limit=1&cursor=" + page.path("next_cursor").textValue())
            .json();

    assertThat(texts(page.path("mcp_servers"), "name")).containsExactly("two");
    assertThat(texts(rest.path("mcp_servers"), "name")).containsExactly("one");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name | ""
          name | "a b"
          name | null
          url  | null
          url  | "mcp.example.com"
          url  | "stdio:///bin/sh"
          url  | "http://127.0.0.1:8080/mcp"
          url  | "http://[fd00::1]/mcp"
          url  | "https://a:b@93.184.215.14/mcp"
          url  | "https://93.184.215.14/{x}"
          headers | []
          headers.A | {"A":""}
          """)
  void aValueThatCannotBeIsRefusedByItsField(String field, String value) {
    var path = workspace.newServer("docs", NOBODY);
    String name = field.replaceFirst("\\..*", "");

    var answer = workspace.patch(path, "{\"%s\":%s}".formatted(name, value));

    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo(field);
  }

  @Test
  void anUnknownFieldIsRefusedAndANameIsTakenOnce() {
    var path = workspace.newServer("docs", NOBODY);
    var body = "{\"name\":\"%s\",\"url\":\"" + NOBODY + "\"%s}";
    var other = workspace.newServer("other", NOBODY);

    assertThat(workspace.post(workspace.servers(), body.formatted("x", ",\"command\":\"sh\"")))
        .satisfies(it -> assertThat(it.errorCode()).isEqualTo("unknown_field"));
    assertThat(workspace.post(workspace.servers(), body.formatted("docs", "")).status())
        .isEqualTo(409);
    assertThat(workspace.patch(other, "{\"name\":\"docs\"}").status()).isEqualTo(409);
    assertThat(workspace.patch(path + "/tools/x", "{\"name\":\"y\"}").status()).isEqualTo(400);
  }

  @Test
  void aWorkspaceHasTwentyAtMostAndAnIdempotencyKeyMakesOne() {
    var body = "{\"name\":\"first\",\"url\":\"" + NOBODY + "\"}";
    workspace.post(workspace.servers(), body, "Idempotency-Key", "k");
    var again = workspace.post(workspace.servers(), body, "Idempotency-Key", "k");
    for (int i = 1; i < 20; i++) {
      workspace.newServer("s" + i, NOBODY);
    }

    var more = workspace.post(workspace.servers(), body.replace("first", "more"));

    assertThat(again.status()).isEqualTo(201);
    assertThat(more.status()).isEqualTo(409);
    assertThat(more.errorCode()).isEqualTo("too_many_mcp_servers");
  }

  @Test
  void whatIsSetIsListedAlsoWhileTheServerCannotBeAsked() {
    var path = workspace.newServer("docs", NOBODY);
    workspace.patch(path + "/tools/search", "{\"price_cents\":2,\"enabled\":false}");

    var list = workspace.get(path + "/tools");

    assertThat(list.status()).isEqualTo(200);
    assertThat(list.json().path("available").booleanValue()).isFalse();
    assertThat(list.json().path("problem").textValue()).isNotBlank();
    var tool = list.json().at("/tools/0");
    assertThat(tool.path("name").textValue()).isEqualTo("search");
    assertThat(tool.path("offered").booleanValue()).isFalse();
    assertThat(tool.path("enabled").booleanValue()).isFalse();
    assertThat(tool.path("price_cents").intValue()).isEqualTo(2);
    assertThat(tool.path("description").isNull()).isTrue();
  }

  @Test
  void aToolsSettingsAreChangedInPartAndNullBringsTheDefaultBack() {
    var path = workspace.newServer("docs", NOBODY) + "/tools/search";
    workspace.patch(
        path,
        "{\"enabled\":false,\"price_cents\":2,\"timeout_ms\":900,"
            + "\"price_rules\":[{\"argument\":\"q\",\"price_cents\":1}]}");

    var kept = workspace.patch(path, "{\"timeout_ms\":800}").json();
    var cleared =
        workspace
            .patch(
                path,
                "{\"enabled\":null,\"price_cents\":null,\"timeout_ms\":null,\"price_rules\":null}")
            .json();

    assertThat(kept.path("enabled").booleanValue()).isFalse();
    assertThat(kept.path("price_cents").intValue()).isEqualTo(2);
    assertThat(kept.path("price_rules")).hasSize(1);
    assertThat(kept.path("timeout_ms").intValue()).isEqualTo(800);
    assertThat(kept.path("price_id").textValue())
        .isEqualTo("tool/%s/docs/search@1".formatted(workspace.id()));
    assertThat(cleared.path("enabled").booleanValue()).isTrue();
    assertThat(cleared.path("price_cents").intValue()).isZero();
    assertThat(cleared.path("price_id").isNull()).isTrue();
    assertThat(cleared.path("timeout_ms").intValue()).isEqualTo(20_000);
    assertThat(workspace.patch(path, "{\"timeout_ms\":99}").status()).isEqualTo(422);
    assertThat(workspace.audit("mcp_tool.changed")).hasSize(3);
    assertThat(workspace.audit("tool.price_changed")).hasSize(2);
    assertThat(workspace.audit("tool.price_changed").getFirst().path("subject").textValue())
        .matches("mcp_[0-9a-f]{32}/search");
  }

  @Test
  void aToolsNameMayHaveASlash() {
    var path = workspace.newServer("docs", NOBODY) + "/tools/";

    var answer = workspace.patch(path + "pages%2Fsearch", "{\"price_cents\":2}");

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().path("name").textValue()).isEqualTo("pages/search");
    assertThat(answer.json().path("price_id").textValue()).endsWith("/docs/pages/search@1");
    assertThat(workspace.patch(path + "%0A", "{}").status()).isEqualTo(404);
  }

  @Test
  void aRenamedServersToolsGoOnAtTheirPrices() {
    var path = workspace.newServer("docs", NOBODY);
    workspace.patch(path + "/tools/search", "{\"price_cents\":2}");
    workspace.patch(path + "/tools/free", "{\"enabled\":false}");

    workspace.patch(path, "{\"name\":\"books\"}");

    var tools = workspace.get(path + "/tools").json().path("tools");
    assertThat(texts(tools, "name")).containsExactly("free", "search");
    assertThat(texts(tools, "price_id"))
        .containsExactly("null", "tool/%s/books/search@1".formatted(workspace.id()));
    assertThat(texts(tools, "price_cents")).containsExactly("0", "2");
  }

  @Test
  void aServerIsFoundInItsOwnWorkspaceOnly() {
    var path = workspace.newServer("docs", NOBODY);
    var other = workspace.post("/api/workspaces", "{\"name\":\"o\"}").json().path("id").textValue();
    var elsewhere = path.replace(workspace.id(), other);

    for (var answer :
        new TestingAnswer[] {
          workspace.get(elsewhere),
          workspace.get(elsewhere + "/tools"),
          workspace.patch(elsewhere, "{}"),
          workspace.patch(elsewhere + "/tools/search", "{}"),
          workspace.delete(elsewhere)
        }) {
      assertThat(answer.status()).isEqualTo(404);
    }
    assertThat(workspace.get(path).status()).isEqualTo(200);
  }
}
