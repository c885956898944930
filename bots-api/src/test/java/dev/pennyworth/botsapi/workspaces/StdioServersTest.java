package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.tools.TestingMcpProgram;
import dev.pennyworth.botsapi.StartRefused;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// MCP servers that are programs, which the operator set up in `mcp.json` and his own team uses.
final class StdioServersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STUB = "{\"name\":\"%s\",\"url\":\"stdio:stub\"%s}";

  @TempDir private static Path home;
  private static TestingServer server;
  private static TestingWorkspace operators;

  @BeforeAll
  static void start() throws IOException {
    Files.writeString(
        home.resolve("mcp.json"),
        JSON.writeValueAsString(
            Map.of(
                "mcpServers",
                Map.of(
                    "stub",
                    Map.of(
                        "command", TestingMcpProgram.java(),
                        "args", TestingMcpProgram.arguments(0),
                        "env", Map.of("STUB_KEY", "s3cret")),
                    "second",
                    Map.of("command", "no-such-program-anywhere")))));
    var variables = new HashMap<>(TestingServer.OWNER_PASSWORD);
    variables.put("PENNYWORTH_HOME", home.toString());
    server = TestingServer.start(variables);
    operators = TestingWorkspace.ofOperator(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aProgramsToolsAreListedPricedCalledReceiptedAndSwitchedOff() {
    var path = operators.newServer("local", "stdio:stub");
    var bot = TestingBot.active(server, operators.team(), "");

    Eventually.holds("it has started", () -> isAvailable(path));
    var priced = operators.patch(path + "/tools/look", "{\"price_cents\":4}");
    operators.patch(path + "/tools/write", "{\"enabled\":false}");
    var answer = bot.test("/tool look {\"do\":\"environment\"}").json();
    var declined = bot.test("/tool write {}").json();

    assertThat(texts(operators.get(path + "/tools").json().path("tools"), "name"))
        .containsExactly("look", "write");
    assertThat(priced.status()).as(priced.text()).isEqualTo(200);
    assertThat(answer.path("response").asText())
        .contains("STUB_KEY")
        .doesNotContain("PENNYWORTH", "DATABASE");
    assertThat(declined.path("response").asText()).contains("not offered");
    var charge = bot.ledger("?kind=charge").json().path("entries");
    assertThat(texts(charge, "price_id"))
        .contains("tool/%s/local/look@1".formatted(operators.id()));
    assertThat(answer.at("/tool_calls/0/tool_name").asText()).isEqualTo("look");
    assertThat(operators.delete(path).status()).isEqualTo(204);
  }

  private static boolean isAvailable(String path) {
    return operators.get(path + "/tools").json().path("available").booleanValue();
  }

  @Test
  void anUnknownProgramIsRefusedWithTheNamesThatThereAre() {
    var answer = operators.post(operators.servers(), STUB.formatted("x", "").replace("stub", "no"));

    assertRefused(answer, "url");
    assertThat(answer.json().at("/error/details/allowed").toString())
        .isEqualTo("[\"stdio:second\",\"stdio:stub\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"stub", "second", "unheard-of", "/bin/sh"})
  void anotherTeamHearsTheSameWhateverItNames(String name) {
    var other = TestingWorkspace.ofNewTeam(server);
    var path = other.newServer("docs", "https://mcp.invalid/mcp");
    var body = STUB.formatted("x", "").replace("stub", name);

    var made = other.post(other.servers(), body);
    var changed = other.patch(path, "{\"url\":\"stdio:%s\"}".formatted(name));

    for (var answer : List.of(made, changed)) {
      assertRefused(answer, "url");
      assertThat(answer.json().at("/error/message").asText())
          .isEqualTo(
              "url must be an http:// or https:// address. Programs on the server's own machine"
                  + " are for its operator's team alone.");
      assertThat(answer.text()).doesNotContain("stub", "second");
    }
  }

  @Test
  void aProgramHasNoHeaders() {
    var path = operators.newServer("bare", "stdio:stub");
    var withHeaders = STUB.formatted("more", ",\"headers\":{\"A\":\"b\"}");
    var http = operators.newServer("http", "https://mcp.invalid/mcp");
    operators.patch(http, "{\"headers\":{\"A\":\"b\"}}");

    assertRefused(operators.post(operators.servers(), withHeaders), "headers");
    assertRefused(operators.patch(path, "{\"headers\":{\"A\":\"b\"}}"), "headers");
    assertRefused(operators.patch(http, "{\"url\":\"stdio:stub\"}"), "headers");
    assertThat(operators.patch(http, "{\"url\":\"stdio:stub\",\"headers\":null}").status())
        .isEqualTo(200);
    operators.delete(http);
    operators.delete(path);
  }

  private static void assertRefused(TestingAnswer answer, String field) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").asText()).isEqualTo(field);
  }

  @Test
  void aProgramThatCannotBeStartedIsToldInTheListing() {
    var path = operators.newServer("gone", "stdio:second");

    var list = operators.get(path + "/tools").json();

    assertThat(list.path("available").booleanValue()).isFalse();
    assertThat(list.path("problem").asText()).contains("cannot be started");
    operators.delete(path);
  }

  @Test
  void aFileThatCannotBeTakenStopsTheStart(@TempDir Path other) throws IOException {
    Files.writeString(other.resolve("mcp.json"), "{\"mcpServers\":{\"a\":{\"url\":\"x\"}}}");

    assertThatThrownBy(() -> TestingServer.start(Map.of("PENNYWORTH_HOME", other.toString())))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("mcp.json")
        .hasMessageContaining("unknown field 'url'");
  }
}
