package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A reply of gpt-4o-mini that took 485 input and 42 output tokens: 485 × 150 + 42 × 600 = 97,950
/// nano-dollars, which are 0.009795 cents. Whoever is asked says so.
final class BilledReplyTest {
  private static final String OPENAI =
      """
      "llm_provider": "openai", "llm_model": "gpt-4o-mini"\
      """;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private TestingBot bot;
  private TestingAnswer answer;

  @BeforeAll
  static void start() {
    provider = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", provider.baseUrl().toString(), "OPENAI_API_KEY", "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  @BeforeEach
  void reply() {
    bot = TestingBot.draft(server, server.register(), OPENAI);
    answer = bot.test("Hello?");
  }

  @Test
  void theAnswerNamesTheExactCostAsAPlainNumber() {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .contains("\"cost_cents\":0.009795,")
        .contains("\"billed_cents\":0.009795,");
  }

  @Test
  void theAnswerHasEveryFieldOfTheContract() {
    var json = answer.json();

    assertThat(json.path("response").textValue()).isEqualTo(TestingOpenAiServer.DEFAULT_TEXT);
    assertThat(json.path("tool_calls")).isEmpty();
    assertThat(json.path("tokens").toString())
        .isEqualTo("{\"input\":485,\"output\":42,\"cache_read\":0,\"cache_write\":0}");
    assertThat(json.path("latency_ms").isIntegralNumber()).isTrue();
    assertThat(json.path("loop_iterations").intValue()).isEqualTo(1);
    assertThat(json.path("conversation_id").textValue()).matches("bconv_[0-9a-f]{32}");
    assertThat(json.path("turn_id").textValue()).matches("turn_[0-9a-f]{32}");
    assertThat(json.path("stop_reason").textValue()).isEqualTo("completed");
  }

  @Test
  void theTokenBreakdownAddsUpToInputAndOutput() {
    var parts = answer.json().path("token_breakdown");

    long sum = 0;
    for (var part :
        List.of(
            "system_prompt",
            "tool_definitions",
            "conversation_history",
            "current_message",
            "tool_results",
            "llm_output")) {
      sum += parts.required(part).longValue();
    }
    assertThat(sum).isEqualTo(parts.required("total").longValue()).isEqualTo(485 + 42);
    assertThat(parts.path("llm_output").longValue()).isEqualTo(42);
    assertThat(parts.path("tool_definitions").longValue()).isZero();
  }

  @Test
  void theWalletHasPaidExactlyThat() {
    var balance = bot.balance();

    assertThat(balance.text())
        .contains("\"balance_cents\":499.990205,")
        .contains("\"held_cents\":0,")
        .contains("\"available_cents\":499.990205,")
        .contains("\"lifetime_deposited_cents\":0,")
        .contains("\"lifetime_spent_cents\":0.009795,");
  }

  @Test
  void theLedgerRowTakesItFromTheWallet() {
    var row = bot.ledger("?kind=charge").json().path("entries").path(0);

    assertThat(row.toString())
        .contains("\"amount_cents\":-0.009795,")
        .contains("\"balance_after_cents\":499.990205,");
    assertThat(row.path("bot_id").textValue()).isEqualTo(bot.id());
    assertThat(row.path("turn_id")).isEqualTo(answer.json().path("turn_id"));
    assertThat(row.path("step").intValue()).isEqualTo(1);
    assertThat(row.path("llm_model").textValue()).isEqualTo("gpt-4o-mini");
    assertThat(row.at("/tokens/input").intValue()).isEqualTo(485);
    assertThat(row.at("/tokens/output").intValue()).isEqualTo(42);
    assertThat(row.path("price_id").textValue()).isNotEmpty();
    assertThat(row.path("provider_request_id").textValue())
        .isEqualTo(TestingOpenAiServer.REQUEST_ID);
    assertThat(row.path("hash").textValue()).matches("[0-9a-f]{64}");
  }

  @Test
  void theCsvOfTheLedgerSaysTheSameInItsColumns() {
    var csv = server.get("/api/ledger", bot.team().accessToken(), "Accept", "text/csv");

    var lines = csv.text().split("\r\n", -1);
    var columns = List.of(lines[0].split(",", -1));
    var charge = List.of(lines[1].split(",", -1));
    assertThat(csv.header("Content-Type")).get().asString().startsWith("text/csv");
    assertThat(columns.subList(3, 6))
        .containsExactly("kind", "amount_cents", "balance_after_cents");
    assertThat(charge).hasSameSizeAs(columns);
    assertThat(charge.subList(3, 6)).containsExactly("charge", "-0.009795", "499.990205");
  }

  @Test
  void theReceiptHasOneModelStepOfThatCost() {
    var turn = turn();

    var receipt = turn.path("receipt");
    assertThat(turn.path("status").textValue()).isEqualTo("done");
    assertThat(receipt.path("cost_cents").asText()).isEqualTo("0.009795");
    assertThat(receipt.path("billed_cents").asText()).isEqualTo("0.009795");
    assertThat(receipt.path("steps")).hasSize(1);
    var step = receipt.path("steps").path(0);
    assertThat(step.path("kind").textValue()).isEqualTo("model");
    assertThat(step.path("llm_model").textValue()).isEqualTo("gpt-4o-mini");
    assertThat(step.path("cost_cents").asText()).isEqualTo("0.009795");
    assertThat(step.path("state").textValue()).isEqualTo("done");
    assertThat(step.path("flags")).isEmpty();
    assertThat(step.path("held_cents").decimalValue())
        .isGreaterThanOrEqualTo(step.path("cost_cents").decimalValue());
  }

  @Test
  void theDayAndTheSummaryOfTheAnalyticsSayTheSame() {
    var analytics = bot.get("/analytics").json();

    var today = analytics.path("daily").path(analytics.path("daily").size() - 1);
    assertThat(analytics.path("timezone").textValue()).isEqualTo("UTC");
    assertThat(today.path("date").textValue()).isEqualTo("2026-03-14");
    assertThat(today.path("total_cost_cents").asText()).isEqualTo("0.009795");
    assertThat(today.path("billed_cents").asText()).isEqualTo("0.009795");
    assertThat(today.path("tokens_input").intValue()).isEqualTo(485);
    assertThat(today.path("tokens_output").intValue()).isEqualTo(42);
    assertThat(today.path("messages_received").intValue()).isEqualTo(1);
    assertThat(today.path("messages_sent").intValue()).isEqualTo(1);
    assertThat(today.path("unique_users").intValue()).isEqualTo(1);
    assertThat(today.path("errors").intValue()).isZero();
    assertThat(analytics.path("summary").toString())
        .contains("\"total_conversations\":1,")
        .contains("\"total_messages\":2,")
        .contains("\"total_tokens\":527,")
        .contains("\"total_cost_cents\":0.009795");
  }

  @Test
  void everyDayOfTheRangeIsPresent() {
    var analytics = bot.get("/analytics?from=2026-02-27&to=2026-03-15").json();

    assertThat(analytics.path("daily").findValuesAsText("date"))
        .hasSize(17)
        .startsWith("2026-02-27", "2026-02-28", "2026-03-01")
        .endsWith("2026-03-14", "2026-03-15");
    assertThat(analytics.at("/summary/total_cost_cents").asText()).isEqualTo("0.009795");
  }

  @Test
  void aTimeStandsForItsDayInTheBotsZone() {
    var east = TestingBot.active(server, bot.team(), "\"timezone\":\"Asia/Tokyo\"");

    var daily =
        east.get("/analytics?from=2026-03-13T15:00:00Z&to=2026-03-14T14:59:59Z")
            .json()
            .path("daily");

    assertThat(daily.findValuesAsText("date")).containsExactly("2026-03-14");
  }

  @Test
  void theBotHasSpentThat() {
    var listed = server.get("/api/bots", bot.team().accessToken()).json();

    assertThat(bot.get("").text())
        .contains("\"spent_cents\":0.009795,")
        .contains("\"held_cents\":0,");
    assertThat(listed.at("/bots/0/spent_cents").asText()).isEqualTo("0.009795");
  }

  @Test
  void theBooksAreInOrder() {
    var proof = server.get("/api/ledger/verify", bot.team().accessToken()).json();

    assertThat(proof.path("ok").booleanValue()).as(proof.toString()).isTrue();
    assertThat(proof.path("checked").path("ledger_transactions").intValue()).isEqualTo(2);
  }

  @Test
  void theLogsShowQuestionAndAnswer() {
    var conversation = answer.json().path("conversation_id").textValue();

    var messages = bot.get("/conversations/" + conversation + "/messages").json();

    assertThat(messages.path("messages").findValuesAsText("text"))
        .containsExactly("Hello?", TestingOpenAiServer.DEFAULT_TEXT);
    assertThat(bot.get("/conversations").json().at("/conversations/0/id").textValue())
        .isEqualTo(conversation);
    assertThat(bot.get("/turns").json().path("turns").findValuesAsText("id"))
        .containsExactly(answer.json().path("turn_id").textValue());
  }

  @Test
  void theProviderWasAskedOnceWithThePooledKeyAndTheHeldBound() {
    var requests = provider.received();

    var request = requests.getLast();
    assertThat(request.path()).isEqualTo("/v1/chat/completions");
    assertThat(request.header("authorization")).isEqualTo("Bearer sk-pooled");
    assertThat(request.body().path("model").textValue()).isEqualTo("gpt-4o-mini");
    assertThat(request.body().path("max_tokens").intValue()).isEqualTo(8192);
    assertThat(request.body().path("messages").findValuesAsText("content"))
        .containsExactly("Be brief.", "Hello?");
  }

  private JsonNode turn() {
    return bot.get("/turns/" + answer.json().path("turn_id").textValue()).json();
  }
}
