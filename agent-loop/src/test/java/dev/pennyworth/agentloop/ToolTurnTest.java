package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.WorkspaceTools.HttpTool;
import dev.pennyworth.agentloop.tools.TestingToolServer;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Price;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Turns of the practice model in a workspace with HTTP tools: `read` is a GET, `write` a POST,
/// each at 50,000 nano-dollars.
class ToolTurnTest {
  private static final long COST = 50_000;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final TestingToolServer server = new TestingToolServer();
  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();

  @AfterEach
  void everythingIsSettled() {
    try (loop;
        server) {
      loop.assertAllIsSettled();
    }
  }

  private HttpTool tool(String name, String method, Duration timeout) {
    var price = new ToolPrice(Price.ofTool(name, "1"), new NanoUsd(COST), List.of());
    return new HttpTool(
        name,
        "A tool.",
        method,
        server.url("/" + name),
        "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}",
        Map.of(),
        Optional.of(price),
        timeout);
  }

  private void offer(HttpTool... tools) {
    loop.workspaces.offer(new WorkspaceTools(List.of(tools), List.of()));
  }

  private TurnReport ask(String text) {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    return node.ask(loop.message(bot, "ann", "1", text));
  }

  private static List<String> lines(TurnReport report) {
    return report.steps().stream().map(TestingReceipts::line).toList();
  }

  @Test
  void aWorkspacesToolIsCalledPricedAndReceipted() {
    server.on("/read", 200, "text/plain", "it is fine");
    offer(tool("read", "GET", LONG));

    var report = ask("/tool read {\"n\":1}");

    assertThat(report.response().orElseThrow()).contains("it is fine");
    assertThat(lines(report))
        .containsExactly(
            "1 model done 0/0/0", "2 tool read done 50000/50000/50000", "3 model done 0/0/0");
    assertThat(server.received().getFirst().header("idempotency-key"))
        .isEqualTo(report.id() + "/2");
  }

  @Test
  void argumentsThatDoNotFitTheSchemaAreNotSent() {
    offer(tool("write", "POST", LONG));

    var report = ask("/tool write {\"n\":\"one\"}");

    assertThat(report.response().orElseThrow()).contains("arguments are wrong", "/n");
    assertThat(lines(report)).contains("2 tool write failed 50000/0/0");
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aResultThatIsTooLongIsCutAndSaysSo() {
    server.on("/read", 200, "text/plain", "x".repeat(19_999) + "\uD83D\uDE00".repeat(100));
    offer(tool("read", "GET", LONG));

    var result = ask("/tool read {}").steps().get(1).result().orElseThrow();

    assertThat(result).isEqualTo("x".repeat(19_999) + " [cut: the result was longer]");
  }

  @Test
  void aSlowToolDoesNotMakeAFastOneFail() {
    server.onSlow("/read", 60_000, "never");
    server.on("/write", 200, "text/plain", "written");
    offer(tool("read", "GET", Duration.ofMillis(300)), tool("write", "POST", LONG));
    long startedNanos = System.nanoTime();

    var report = ask("/tool read {}\n/tool write {}");

    assertThat(lines(report))
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool read failed 50000/0/0",
            "3 tool write done 50000/50000/50000",
            "4 model done 0/0/0");
    assertThat(report.steps().get(1).result().orElseThrow()).contains("300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos)).isLessThan(LONG);
  }

  @Test
  void twoSlowToolsTakeTheirTimeAtOnce() {
    server.onSlow("/read", 1_500, "read");
    server.onSlow("/write", 1_500, "written");
    offer(tool("read", "GET", LONG), tool("write", "POST", LONG));

    var report = ask("/tool read {}\n/tool write {}");

    assertThat(report.latency().orElseThrow()).isLessThan(Duration.ofMillis(2_900));
    assertThat(report.billed()).isEqualTo(new NanoUsd(2 * COST));
  }

  @Test
  void anActThatWasNotAnsweredInTimeIsUnknownAndTheHousesLoss() {
    server.onSlow("/write", 60_000, "never");
    offer(tool("write", "POST", Duration.ofMillis(300)));

    var report = ask("/tool write {}");

    assertThat(lines(report)).contains("2 tool write unknown 50000/0/0");
    assertThat(report.response().orElseThrow()).contains("not known whether this was done");
    assertThat(report.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(loop.figure("SELECT count(*) FROM ledger_transaction WHERE kind = 'leak'"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "read, GET, true, done, 50000",
    "write, POST, false, unknown, 0",
  })
  void afterACrashOnlyWhatDoesNoHarmIsCalledAgain(
      String name, String method, boolean isRepeated, String state, long billed) {
    server.on("/" + name, 200, "text/plain", "worked");
    offer(tool(name, method, LONG));
    loop.breakToolResults();
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    var turn = node.accept(loop.message(bot, "ann", "1", "/tool " + name + " {}"));
    Eventually.holds(
        "the turn was taken up again",
        () -> loop.figure("SELECT count(*) FROM ledger_transaction WHERE kind = 'leak'") > 0);
    loop.jdbi.useHandle(handle -> handle.execute("DELETE FROM testing_broken"));

    var report = node.await(turn);

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.steps())
        .extracting(TurnReport.Step::state)
        .containsExactly("done", state, "done");
    assertThat(report.billed()).isEqualTo(new NanoUsd(billed));
    assertThat(server.received().size() > 1).isEqualTo(isRepeated);
    assertThat(server.received())
        .extracting(request -> request.header("idempotency-key"))
        .containsOnly(turn + "/2");
    assertThat(report.response().orElseThrow())
        .contains(isRepeated ? "worked" : "not known whether this was done");
  }

  @Test
  void aModelThatAsksTheSameAgainIsAnsweredOnceMoreAndThenStopped() {
    server.on("/read", 200, "text/plain", "it is fine");
    offer(tool("read", "GET", LONG));
    loop.models.replies(request -> {
      long results =
          request
              .body()
              .path("messages")
              .valueStream()
              .filter(message -> message.path("role").asText().equals("tool"))
              .count();
      return results < 3
          ? TestingOpenAiServer.toolCalls(
              Map.of("read", results == 1 ? "{ \"n\": 1.0 }" : "{\"n\":1}"), 10, 10)
          : TestingOpenAiServer.completion();
    });

    var report = node.ask(loop.message(loop.newBot(), "ann", "1", "What is it like?"));

    var tools = report.steps().stream().filter(step -> step.kind().equals("tool")).toList();
    assertThat(tools)
        .extracting(TestingReceipts::line)
        .containsExactly(
            "2 tool read done 50000/50000/50000",
            "4 tool read done 0/0/0",
            "6 tool read failed 0/0/0");
    assertThat(tools.get(1).result().orElseThrow()).endsWith("it is fine");
    assertThat(tools.get(1).flags()).containsExactly("not_run");
    assertThat(tools.get(2).result().orElseThrow()).contains("You asked this 3 times");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void whatABotNotedOfAPersonIsFoundLaterAndForgottenWithHim() {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    node.ask(loop.message(bot, "ann", "1", "/tool remember {\"note\":\"Ann likes tea.\"}"));
    node.ask(loop.message(bot, "bob", "2", "/tool remember {\"note\":\"Bob likes ale.\"}"));

    assertThat(recall(bot, "ann", "3")).contains("Ann likes tea.").doesNotContain("Bob");

    var erasure = new AgentLoopWiring().erasure(loop.jdbi, Instant::now, UUID::randomUUID);
    assertThat(erasure.erase(loop.team, bot.bot(), "user of ann")).hasValue(1);
    assertThat(recall(bot, "ann", "4")).contains("Nothing was noted yet.");
    assertThat(recall(bot, "bob", "5")).contains("Bob likes ale.");
  }

  private String recall(BotSettings bot, String who, String event) {
    return node.ask(loop.message(bot, who, event, "/tool recall {}")).response().orElseThrow();
  }

  @Test
  void theLatestNotesAreKept() {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    for (int i = 0; i < 4; i++) {
      var lines = new StringBuilder();
      for (int n = 0; n < 13; n++) {
        lines.append("/tool remember {\"note\":\"fact %d.\"}\n".formatted(100 + 13 * i + n));
      }
      node.ask(loop.message(bot, "ann", "note" + i, lines.toString()));
    }

    node.ask(loop.message(bot, "ann", "last", "/tool remember {\"note\":\"the last\"}"));

    assertThat(loop.figure("SELECT count(*) FROM conversation_note")).isEqualTo(50);
    // The first message's notes were taken side by side: any three of them have gone.
    var recalled = recall(bot, "ann", "recall");
    assertThat(recalled).contains("the last");
    assertThat(IntStream.range(113, 152).mapToObj("fact %d."::formatted))
        .allSatisfy(fact -> assertThat(recalled).contains(fact));
  }

  @Test
  void aRealModelIsOfferedBuiltInToolsOnlyBesideItsOwners() {
    var bot = loop.newBot();
    node.ask(loop.message(bot, "ann", "1", "hello"));
    offer(tool("read", "GET", LONG));
    node.ask(loop.message(bot, "ann", "2", "hello"));

    var offered =
        loop.models.received().stream()
            .map(request -> request.body().path("tools").findValuesAsText("name"))
            .toList();
    assertThat(offered.get(0)).isEmpty();
    assertThat(offered.get(1))
        .containsExactly("read", "current_time", "calculator", "remember", "recall");
  }
}
