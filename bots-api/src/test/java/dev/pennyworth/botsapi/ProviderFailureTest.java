package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A model that does not answer, or not as it should.
final class ProviderFailureTest {
  private static final String FIELDS =
      """
      "llm_provider": "openai", "llm_model": "gpt-4o-mini", "timeout_ms": 20000,
      "fallback_message": "Not now."\
      """;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private TestingBot bot;

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
  void create() {
    bot = TestingBot.draft(server, server.register(), FIELDS);
    provider.reply(TestingOpenAiServer.completion());
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        argumentSet("401", TestingOpenAiServer.error(401, "invalid_api_key", "Wrong: sk-pooled")),
        argumentSet("404", TestingOpenAiServer.error(404, "model_not_found", "No such model")),
        argumentSet("429", TestingOpenAiServer.error(429, "rate_limit_exceeded", "Slow down")),
        argumentSet("500", TestingOpenAiServer.error(500, "server_error", "Oops")),
        argumentSet("503 without a body", new Reply.Answer(503, Map.of(), "")),
        argumentSet("redirect", new Reply.Answer(302, Map.of("Location", "/v1/elsewhere"), "")),
        argumentSet("cut", new Reply.Cut()),
        argumentSet("cut halfway", new Reply.CutHalfway("{\"choices\":[{\"index\":0}]}")),
        argumentSet("a web page", TestingOpenAiServer.ok("<html>Welcome</html>")),
        argumentSet("an empty body", TestingOpenAiServer.ok("")),
        argumentSet("an empty object", TestingOpenAiServer.ok("{}")),
        argumentSet("a list", TestingOpenAiServer.ok("[]")),
        argumentSet("a null", TestingOpenAiServer.ok("null")));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureIsAnsweredWithTheFallbackTextAndChargesNothing(Reply failure) {
    provider.reply(failure);

    var answer = bot.test("Hello?");

    var json = answer.json();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(json.path("stop_reason").textValue()).isEqualTo("provider_error");
    assertThat(json.path("response").textValue()).isEqualTo("Not now.");
    assertThat(json.path("cost_cents").asText()).isEqualTo("0");
    assertThat(json.path("billed_cents").asText()).isEqualTo("0");
    assertThat(json.path("problem").textValue()).isNotEmpty();
    assertThat(answer.text()).doesNotContain("sk-pooled");
    assertNothingIsChargedOrHeld();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureShowsInTheReceiptAndAmongTheErrorsOfTheDay(Reply failure) {
    provider.reply(failure);

    var answer = bot.test("Hello?");

    var turn = bot.get("/turns/" + answer.json().path("turn_id").textValue()).json();
    assertThat(turn.path("status").textValue()).isEqualTo("failed");
    assertThat(turn.at("/receipt/steps/0/state").textValue()).isIn("failed", "unknown");
    assertThat(turn.at("/receipt/steps/0/flags")).isNotEmpty();
    assertThat(bot.get("/analytics").json().path("daily").findValuesAsText("errors").getLast())
        .isEqualTo("1");
  }

  @Test
  void theConversationGoesOnAfterAFailure() {
    provider.reply(TestingOpenAiServer.error(500, "server_error", "Oops"));
    var failed = bot.test("Hello?").json();
    provider.reply(TestingOpenAiServer.completion());

    var answered = bot.test("Hello again?").json();

    assertThat(answered.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answered.path("conversation_id")).isEqualTo(failed.path("conversation_id"));
    assertThat(bot.balance().text()).contains("\"balance_cents\":499.990205,");
  }

  @Test
  void aModelThatIsSilentForTooLongEndsTheTurnAsATimeout() {
    bot.owner("PATCH", "", "{\"timeout_ms\":1000}");
    provider.reply(new Reply.Hang());

    var answer = bot.test("Hello?");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("stop_reason").textValue()).isEqualTo("timeout");
    assertThat(answer.json().path("response").textValue()).isEqualTo("Not now.");
    assertNothingIsChargedOrHeld();
  }

  @Test
  void aReplyThatIsCutByItsLengthSaysSoAndIsBilled() {
    provider.reply(cutByLength());

    var answer = bot.test("Hello?").json();

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("max_tokens");
    assertThat(answer.path("response").textValue()).isEqualTo(TestingOpenAiServer.DEFAULT_TEXT);
    assertThat(answer.path("billed_cents").asText()).isEqualTo("0.009795");
  }

  @Test
  void anAnswerWithoutUsageIsBilledAtItsWholeHoldAndFlagged() {
    provider.reply(
        TestingOpenAiServer.ok(
            "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}"));

    var answer = bot.test("Hello?").json();

    var step =
        bot.get("/turns/" + answer.path("turn_id").textValue()).json().at("/receipt/steps/0");
    assertThat(answer.path("response").textValue()).isEqualTo("Hi");
    assertThat(step.path("flags").toString()).isEqualTo("[\"usage_missing\"]");
    assertThat(step.path("billed_cents")).isEqualTo(step.path("held_cents"));
    assertThat(step.path("billed_cents")).isEqualTo(answer.path("billed_cents"));
    assertThat(verify()).isTrue();
  }

  @Test
  void whatAProviderAsksBeyondTheHoldIsTheHousesLoss() {
    provider.reply(TestingOpenAiServer.completion("Hi", 900_000, 900_000));

    var answer = bot.test("Hello?").json();

    var step =
        bot.get("/turns/" + answer.path("turn_id").textValue()).json().at("/receipt/steps/0");
    assertThat(step.path("flags").toString()).isEqualTo("[\"over_hold\"]");
    assertThat(answer.path("billed_cents")).isEqualTo(step.path("held_cents"));
    assertThat(verify()).isTrue();
  }

  private static Reply cutByLength() {
    var whole = (Reply.Answer) TestingOpenAiServer.completion();
    return TestingOpenAiServer.ok(whole.body().replace("\"stop\"", "\"length\""));
  }

  private void assertNothingIsChargedOrHeld() {
    assertThat(bot.balance().text())
        .contains("\"balance_cents\":500,")
        .contains("\"held_cents\":0,")
        .contains("\"lifetime_spent_cents\":0,");
    assertThat(bot.ledger("?kind=charge").json().path("entries")).isEmpty();
    assertThat(bot.get("").text()).contains("\"spent_cents\":0,").contains("\"held_cents\":0,");
    assertThat(verify()).isTrue();
  }

  private boolean verify() {
    return bot.ledger("/verify").json().path("ok").booleanValue();
  }
}
