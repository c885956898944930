package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Tools as an owner sets them up, called in turns and paid for.
final class WorkspaceToolsTest {
  private static TestingServer server;
  private static TestingTools program;
  private TestingWorkspace workspace;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    server = TestingServer.start(Map.of("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true"));
    program = new TestingTools();
  }

  @AfterAll
  static void stop() {
    program.close();
    server.close();
  }

  @BeforeEach
  void register() {
    workspace = TestingWorkspace.ofNewTeam(server);
    bot = TestingBot.active(server, workspace.team(), "");
  }

  private String newOrders() {
    var made =
        workspace.post(
            workspace.tools(),
            """
            {"name":"get_order","url":"%s","price_cents":2,"headers":{"Authorization":"Bearer open"},
             "parameters":{"type":"object","properties":{"id":{"type":"string"}}},
             "price_rules":[{"argument":"id","value":"A9","price_cents":7}]}
            """
                .formatted(program.url("/orders/{id}")));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return workspace.tools() + "/" + made.json().path("id").textValue();
  }

  private String newMcp() {
    var made =
        workspace.post(
            workspace.servers(),
            "{\"name\":\"docs\",\"url\":\"%s\",\"headers\":{\"Authorization\":\"Bearer open\"}}"
                .formatted(program.url("/mcp")));
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return workspace.servers() + "/" + made.json().path("id").textValue();
  }

  /// The charges of tools, newest first, as `price_id amount`.
  private List<String> charges() {
    return StreamSupport.stream(
            bot.ledger("?kind=charge").json().path("entries").spliterator(), false)
        .filter(entry -> entry.path("price_id").asText().startsWith("tool/"))
        .map(entry -> entry.path("price_id").asText() + " " + entry.path("amount_cents").asText())
        .toList();
  }

  private JsonNode usage(String tool) {
    return StreamSupport.stream(
            workspace.get("/api/usage?group_by=tool").json().path("groups").spliterator(), false)
        .filter(group -> group.path("key").asText().equals(tool))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPricedToolIsCalledWithItsSecretAndEachChargeKeepsItsVersion() {
    var path = newOrders();

    var one = bot.test("/tool get_order {\"id\":\"A1\"}").json();
    workspace.patch(path, "{\"price_cents\":3}");
    bot.test("/tool get_order {\"id\":\"A2\"}");
    bot.test("/tool get_order {\"id\":\"A9\"}");
    workspace.delete(path);

    assertThat(one.path("response").asText()).contains("on its way");
    assertThat(program.asked()).contains("GET /orders/A1", "GET /orders/A2", "GET /orders/A9");
    String price = "tool/" + workspace.id() + "/get_order@";
    assertThat(charges()).containsExactly(price + "2 -7", price + "2 -3", price + "1 -2");
    assertThat(usage("get_order").path("cost_cents").asText()).isEqualTo("12");
    assertThat(workspace.get("/api/ledger/verify").json().path("ok").booleanValue()).isTrue();
  }

  @Test
  void aToolThatIsOffIsNotOffered() {
    var path = newOrders();
    workspace.patch(path, "{\"enabled\":false}");

    var answer = bot.test("/tool get_order {\"id\":\"A1\"}").json();

    assertThat(answer.path("response").asText()).contains("not offered");
    assertThat(charges()).isEmpty();
  }

  @Test
  void aServersToolsAreListedPricedCalledAndSwitchedOff() {
    var path = newMcp();

    var listed = workspace.get(path + "/tools").json();
    var priced = workspace.patch(path + "/tools/echo", "{\"price_cents\":4}");
    var switchedOff = workspace.patch(path + "/tools/erase", "{\"enabled\":false}");
    var unheardOf = workspace.patch(path + "/tools/ecko", "{\"price_cents\":4}");
    var answer = bot.test("/tool echo {\"text\":\"hello there\"}").json();
    var declined = bot.test("/tool erase {}").json();

    assertThat(listed.path("available").booleanValue()).as(listed.toString()).isTrue();
    assertThat(texts(listed.path("tools"), "name")).containsExactly("echo", "erase");
    assertThat(texts(listed.path("tools"), "offered")).containsOnly("true");
    assertThat(texts(listed.path("tools"), "read_only")).containsExactly("true", "false");
    assertThat(listed.at("/tools/0/parameters/properties/text/type").asText()).isEqualTo("string");
    assertThat(priced.json().path("description").asText()).isEqualTo("Says it again.");
    assertThat(switchedOff.status()).isEqualTo(200);
    assertThat(unheardOf.status()).isEqualTo(404);
    assertThat(answer.path("response").asText()).contains("hello there");
    assertThat(declined.path("response").asText()).contains("not offered");
    assertThat(charges()).containsExactly("tool/" + workspace.id() + "/docs/echo@1 -4");
    assertThat(usage("echo").path("cost_cents").asText()).isEqualTo("4");
  }
}
