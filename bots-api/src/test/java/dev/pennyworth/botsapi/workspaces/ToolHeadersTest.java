package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.Workspaces;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.secrets.CannotOpen;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The values of headers go in and never come out again, but to the server that is called.
final class ToolHeadersTest {
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

  private Map<String, SecretText> opened() {
    var found = server.bean(Workspaces.class).find(workspace.team().id(), Optional.empty());
    return found.httpTools().isEmpty()
        ? found.mcpServers().getFirst().headers()
        : found.httpTools().getFirst().headers();
  }

  @Test
  void aValueIsShownNowhereAndOpensForTheCallAlone() {
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);
    var secret = "Bearer hush-hush-7";

    var made =
        workspace.post(
            workspace.tools(), tool("a", ",\"headers\":{\"Authorization\":\"" + secret + "\"}"));
    var path = workspace.tools() + "/" + made.json().path("id").textValue();
    var refused = workspace.patch(path, "{\"headers\":{\"X\":\"hush-hush-7\\n\"}}");

    root.detachAppender(log);
    assertThat(made.json().at("/headers/Authorization").textValue()).isEqualTo("***");
    assertThat(made.json().at("/header_fingerprints/Authorization").textValue())
        .matches("[0-9a-f]{8}");
    assertThat(refused.status()).isEqualTo(422);
    for (var text :
        List.of(
            made.text(),
            refused.text(),
            workspace.get(path).text(),
            workspace.get(workspace.tools()).text(),
            workspace.get("/api/audit").text(),
            stored())) {
      assertThat(text).doesNotContain("hush-hush");
    }
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(it -> it.contains("hush-hush"));
    assertThat(opened()).containsExactly(Map.entry("Authorization", new SecretText(secret)));
  }

  private String stored() {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery("SELECT t::text FROM http_tool t WHERE team_id = :team")
                .bind("team", workspace.team().id().uuid())
                .mapTo(String.class)
                .one());
  }

  @Test
  void aChangeKeepsWhatItDoesNotNameAndNullRemovesOne() {
    var path = workspace.newTool("a", ",\"headers\":{\"A\":\"one\",\"B\":\"two\",\"C\":\"three\"}");

    workspace.patch(path, "{\"headers\":{\"a\":\"new\",\"B\":null}}");

    assertThat(opened())
        .containsOnly(
            Map.entry("a", new SecretText("new")), Map.entry("C", new SecretText("three")));
    var noted = workspace.audit("tool.headers_changed").getFirst();
    assertThat(noted.path("from")).hasSize(3);
    assertThat(noted.path("to")).hasSize(2);
    assertThat(noted.path("to").path("C")).isEqualTo(noted.path("from").path("C"));
    assertThat(noted.path("to").path("a")).isNotEqualTo(noted.path("from").path("A"));
  }

  @Test
  void thereMayBeTwentyAtMostAlsoAfterAChange() {
    var twenty = new StringBuilder("{\"H0\":\"v\"");
    for (int i = 1; i < 20; i++) {
      twenty.append(",\"H").append(i).append("\":\"v\"");
    }
    var path = workspace.newTool("a", ",\"headers\":" + twenty + "}");

    assertThat(workspace.patch(path, "{\"headers\":{\"H3\":\"w\"}}").status()).isEqualTo(200);
    assertThat(workspace.patch(path, "{\"headers\":{\"More\":\"w\"}}").status()).isEqualTo(422);
    assertThat(workspace.patch(path, "{\"headers\":{\"More\":\"w\",\"H3\":null}}").status())
        .isEqualTo(200);
    var many =
        workspace.post(workspace.tools(), tool("b", ",\"headers\":" + twenty + ",\"X\":\"v\"}"));
    assertThat(many.status()).isEqualTo(422);
  }

  @Test
  void aValueMayBeFourThousandAndNinetySixCharacters() {
    var longest = "x".repeat(4_096);

    workspace.newTool("a", ",\"headers\":{\"A\":\"" + longest + "\"}");

    assertThat(opened()).containsValue(new SecretText(longest));
    assertThat(
            workspace
                .post(workspace.tools(), tool("b", ",\"headers\":{\"A\":\"" + longest + "x\"}"))
                .status())
        .isEqualTo(422);
  }

  @Test
  void aSealedValueOpensInItsOwnRowOnly() {
    workspace.newTool("a", ",\"headers\":{\"A\":\"one\"}");
    workspace.newTool("b", ",\"headers\":{\"A\":\"two\"}");
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle.execute(
                "UPDATE http_tool SET headers = (SELECT headers FROM http_tool WHERE name = 'a'"
                    + " AND team_id = ?) WHERE name = 'b' AND team_id = ?",
                workspace.team().id().uuid(),
                workspace.team().id().uuid()));

    assertThatThrownBy(this::opened).isInstanceOf(CannotOpen.class);
  }

  @Test
  void headersOfServersAreKeptTheSameWay() {
    var made =
        workspace.post(
            workspace.servers(),
            "{\"name\":\"docs\",\"url\":\"https://93.184.215.14/mcp\",\"headers\":{\"A\":\"hush\"}}");
    var path = workspace.servers() + "/" + made.json().path("id").textValue();

    var changed = workspace.patch(path, "{\"headers\":{\"B\":\"more\"}}");

    assertThat(changed.text()).doesNotContain("hush", "more");
    assertThat(changed.json().path("headers")).hasSize(2);
    assertThat(opened())
        .containsOnly(
            Map.entry("A", new SecretText("hush")), Map.entry("B", new SecretText("more")));
    assertThat(workspace.get("/api/audit").text()).doesNotContain("hush");
    assertThat(workspace.audit("tool.headers_changed").getFirst().at("/to/A").textValue())
        .isEqualTo(made.json().at("/header_fingerprints/A").textValue());
  }
}
