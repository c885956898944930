package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import dev.pennyworth.agentloop.WorkspaceTools.McpToolSettings;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.ToolPrice;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The server of [EverythingServerTest] as a program that the operator set up. `echo` costs 30,000
/// nano-dollars and 1,000 more for each character, `get-env` is switched off.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EverythingProgramTest {
  private final McpPrograms programs;
  private final TestingAgentLoop loop;
  private final TestingAgentLoop.Node node;

  EverythingProgramTest() throws IOException, InterruptedException {
    var program = TestingEverythingServer.program("everything");
    programs = new McpPrograms(Map.of("everything", program), folder());
    loop = new TestingAgentLoop(programs);
    node = loop.start();
  }

  private static Path folder() throws IOException {
    return Files.createTempDirectory(Path.of("target"), "mcp").toAbsolutePath();
  }

  @BeforeAll
  void offerItsTools() {
    loop.workspaces.offer(new WorkspaceTools(List.of(), List.of(settings())));
    Eventually.holds(
        "it has started", () -> answer("/tool get-sum {\"a\":1,\"b\":2}").contains("3"));
  }

  @AfterAll
  void close() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  private McpServer settings() {
    var perCharacter = new ToolPrice.Rule.PerUnit("message", new NanoUsd(1_000));
    var price =
        new ToolPrice(Price.ofTool("echo", "1"), new NanoUsd(30_000), List.of(perCharacter));
    var priced = new McpToolSettings(true, Optional.of(price), Duration.ofSeconds(10));
    var off = new McpToolSettings(false, Optional.empty(), Duration.ofSeconds(10));
    var quick = new McpToolSettings(true, Optional.empty(), Duration.ofMillis(700));
    return new McpServer(
        loop.team,
        new UUID(5, 6),
        "everything",
        URI.create("stdio:everything"),
        Map.of(),
        Map.of("echo", priced, "get-env", off, "trigger-long-running-operation", quick));
  }

  private TurnReport ask(String text) {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    return node.ask(loop.message(bot, "ann", UUID.randomUUID().toString(), text));
  }

  private String answer(String text) {
    return ask(text).response().orElseThrow();
  }

  private static List<String> lines(TurnReport report) {
    return report.steps().stream().map(TestingReceipts::line).toList();
  }

  @Test
  void itsToolsAreListedWithTheirSchemas() throws McpUnavailable {
    try (var toolboxes = new TestingToolboxes(loop.workspaces, programs, loop.team::equals)) {
      var tools = toolboxes.catalogue(Instant::now).list(settings());

      assertThat(tools).extracting(ListedTool::name).contains("echo", "get-sum", "get-env");
      assertThat(tools.stream().filter(tool -> tool.name().equals("echo")).findFirst())
          .hasValueSatisfying(
              echo -> assertThat(echo.parametersJson()).contains("\"message\"", "\"required\""));
    }
  }

  @Test
  void itsToolsAreCalledPricedAndReceipted() {
    var report = ask("/tool echo {\"message\":\"hello\"}\n/tool get-sum {\"a\":19,\"b\":23}");

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.response().orElseThrow()).contains("Echo: hello", "42");
    assertThat(lines(report))
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool echo done 35000/35000/35000",
            "3 tool get-sum done 0/0/0",
            "4 model done 0/0/0");
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM ledger_transaction
                WHERE kind = 'charge' AND tool_name = 'echo' AND price_id = 'tool/echo@1'
                  AND cost_nanos = 35000
                """))
        .isPositive();
  }

  @Test
  void aToolThatIsOffIsNotOffered() {
    assertThat(answer("/tool get-env {}")).contains("not offered");
  }

  @Test
  void aLongCallEndsInItsTimeAndTheNextOneIsAnswered() {
    var report = ask("/tool trigger-long-running-operation {\"duration\":30,\"steps\":60}");

    assertThat(report.steps().get(1).state()).isIn("failed", "unknown");
    assertThat(report.latency().orElseThrow()).isLessThan(Duration.ofSeconds(5));
    assertThat(answer("/tool get-sum {\"a\":1,\"b\":2}")).contains("3");
  }
}
