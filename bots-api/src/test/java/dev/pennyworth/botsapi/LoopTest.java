package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.math.BigDecimal;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Turns of more than one step.
final class LoopTest {
  private static TestingOpenAiServer provider;
  private static TestingServer server;

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

  @Test
  void aToolThatTheModelAsksForIsCalledAndShown() {
    var bot = TestingBot.draft(server, server.register(), "");

    var answer = bot.test("/tool current_time {\"zone\":\"Europe/Berlin\"}").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.path("loop_iterations").intValue()).isEqualTo(2);
    assertThat(answer.path("tool_calls")).hasSize(1);
    var call = answer.path("tool_calls").path(0);
    assertThat(call.path("tool_name").textValue()).isEqualTo("current_time");
    assertThat(call.path("arguments").toString()).isEqualTo("{\"zone\":\"Europe/Berlin\"}");
    assertThat(call.path("result").textValue()).contains("2026-03-14T10:26:53+01:00");
    assertThat(call.path("success").booleanValue()).isTrue();
    assertThat(call.path("latency_ms").isIntegralNumber()).isTrue();
    assertThat(answer.path("response").textValue()).contains("2026-03-14T10:26:53+01:00");
  }

  @Test
  void theReceiptListsTheStepsInTheirOrder() {
    var bot = TestingBot.draft(server, server.register(), "");

    var receipt = receipt(bot, bot.test("/tool current_time {}").json());

    var steps = receipt.path("steps");
    assertThat(steps.findValuesAsText("n")).containsExactly("1", "2", "3");
    assertThat(steps.findValuesAsText("kind")).containsExactly("model", "tool", "model");
    assertThat(steps.path(1).path("tool_name").textValue()).isEqualTo("current_time");
    assertThat(steps.findValuesAsText("state")).containsOnly("done");
  }

  @Test
  void theStepsAddUpToWhatTheWalletPaid() {
    var bot = TestingBot.draft(server, server.register(), "");

    var answer = bot.test("/tool current_time {}").json();

    var steps = receipt(bot, answer).path("steps");
    var sum = BigDecimal.ZERO;
    for (var step : steps) {
      sum = sum.add(step.path("billed_cents").decimalValue());
    }
    assertThat(sum).isPositive().isEqualByComparingTo(answer.path("billed_cents").decimalValue());
    assertThat(bot.balance().json().path("balance_cents").decimalValue())
        .isEqualByComparingTo(new BigDecimal(500).subtract(sum));
    assertThat(bot.ledger("?kind=charge").json().path("entries")).hasSize(2);
    assertThat(bot.ledger("/verify").json().path("ok").booleanValue()).isTrue();
  }

  @Test
  void theTokenBreakdownOfManyStepsAddsUp() {
    var bot = TestingBot.draft(server, server.register(), "");
    bot.test("An earlier message.");

    var answer = bot.test("/tool current_time {}").json();

    var parts = answer.path("token_breakdown");
    var tokens = answer.path("tokens");
    long sum = 0;
    for (var part : parts.properties()) {
      sum += part.getKey().equals("total") ? 0 : part.getValue().longValue();
    }
    assertThat(sum)
        .isEqualTo(parts.path("total").longValue())
        .isEqualTo(tokens.path("input").longValue() + tokens.path("output").longValue());
    assertThat(parts.path("tool_definitions").longValue()).isPositive();
    assertThat(parts.path("tool_results").longValue()).isPositive();
    assertThat(parts.path("conversation_history").longValue()).isPositive();
  }

  @Test
  void aToolThatFailsIsToldToTheModelAndShown() {
    var bot = TestingBot.draft(server, server.register(), "");

    var answer = bot.test("/tool current_time {\"zone\":\"Nowhere\"}").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.at("/tool_calls/0/success").booleanValue()).isFalse();
    assertThat(receipt(bot, answer).at("/steps/1/state").textValue()).isEqualTo("failed");
  }

  @Test
  void aTurnEndsWhenItsIterationsAreUsedUp() {
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            "\"max_loop_iterations\":1,\"fallback_message\":\"That was too much.\"");

    var answer = bot.test("/tool current_time {}").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("max_iterations");
    assertThat(answer.path("response").textValue()).isEqualTo("That was too much.");
    assertThat(answer.path("loop_iterations").intValue()).isEqualTo(1);
  }

  @Test
  void aModelThatOnlyAsksForToolsIsBilledForEachCallAndStopped() {
    provider.reply(TestingOpenAiServer.toolCalls(Map.of("no_such_tool", "{}"), 485, 42));
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"max_loop_iterations\":3");

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("max_iterations");
    assertThat(provider.received()).hasSize(3);
    assertThat(answer.path("billed_cents").asText()).isEqualTo("0.029385");
    assertThat(answer.path("tool_calls").findValuesAsText("success")).containsOnly("false");
    assertThat(bot.balance().text())
        .contains("\"balance_cents\":499.970615,")
        .contains("\"held_cents\":0,");
  }

  @Test
  void theFreeModelCostsNothingAndSaysSo() {
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            "\"llm_provider\":\"builtin\",\"llm_model\":\"pennyworth-free\"");

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.path("cost_cents").asText()).isEqualTo("0");
    assertThat(bot.balance().text()).contains("\"balance_cents\":500,");
    assertThat(bot.ledger("/verify").json().path("ok").booleanValue()).isTrue();
  }

  private static JsonNode receipt(TestingBot bot, JsonNode answer) {
    return bot.get("/turns/" + answer.path("turn_id").textValue()).json().path("receipt");
  }
}
