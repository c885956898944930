package dev.pennyworth.botsapi.workspaces;

import static dev.pennyworth.botsapi.workspaces.TestingWorkspace.tool;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a tool costs is for who moves the team's money; all the rest for who edits bots.
final class ToolRolesTest {
  private static TestingServer server;
  private static TestingWorkspace workspace;
  private static TestingMember billing;
  private static TestingMember editor;
  private static String tool;
  private static String mcpTool;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    workspace = TestingWorkspace.ofNewTeam(server);
    billing = TestingMember.of(server, workspace.team(), "billing");
    editor = TestingMember.of(server, workspace.team(), "editor");
    tool = workspace.newTool("weather", ",\"price_cents\":2");
    mcpTool = workspace.newServer("docs", "https://mcp.invalid/") + "/tools/search";
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void refused(TestingAnswer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.errorCode()).isEqualTo("role_not_sufficient");
  }

  private static void done(TestingAnswer answer) {
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"price_cents\":1}",
        "{\"price_cents\":3}",
        "{\"price_cents\":null}",
        "{\"price_rules\":[{\"argument\":\"city\",\"price_cents\":1}]}"
      })
  void anEditorSetsNoPrice(String change) {
    refused(editor.patch(tool, change));
    if (!change.contains("null")) {
      refused(editor.patch(mcpTool, change));
    }
    assertThat(workspace.get(tool).json().path("price_cents").intValue()).isEqualTo(2);
  }

  @Test
  void anEditorMakesFreeToolsAndChangesAllElse() {
    refused(editor.post(workspace.tools(), tool("a", ",\"price_cents\":1")));
    done(editor.post(workspace.tools(), tool("a", ",\"price_cents\":0")));
    done(editor.patch(tool, "{\"description\":\"d\",\"price_cents\":2,\"enabled\":true}"));
    done(editor.patch(mcpTool, "{\"enabled\":true,\"timeout_ms\":800}"));
  }

  @Test
  void aBillingMemberSetsThePriceAndNothingElse() {
    done(billing.patch(tool, "{\"price_cents\":2}"));
    done(billing.patch(mcpTool, "{\"price_cents\":4}"));
    done(billing.patch(mcpTool, "{\"price_cents\":null,\"price_rules\":[]}"));
    for (var field : new String[] {"name", "url", "headers", "enabled", "timeout_ms"}) {
      refused(billing.patch(tool, "{\"price_cents\":2,\"%s\":null}".formatted(field)));
    }
    refused(billing.patch(mcpTool, "{\"enabled\":false}"));
    refused(billing.post(workspace.tools(), tool("b", "")));
    refused(billing.delete(tool));
  }
}
