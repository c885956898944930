package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What will it cost? Quotes, estimates and the days that are left.
final class ForecastTest {
  private static final String OPENAI =
      "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"max_tokens_per_turn\":1000";

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private TestingTeam team;

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
  void register() {
    team = server.register();
  }

  @Test
  void theWorstCaseOfAQuoteIsWhatTheGateThenHolds() {
    var bot = TestingBot.draft(server, team, OPENAI);

    var first = quote(bot, "Hello?");
    var firstHeld = held(bot, bot.test("Hello?"));
    var second = quote(bot, "And then?");
    var secondHeld = held(bot, bot.test("And then?"));

    assertThat(first.at("/first_step/worst_case_cents")).isEqualTo(firstHeld);
    assertThat(first.path("held_cents")).isEqualTo(firstHeld);
    assertThat(second.at("/first_step/worst_case_cents")).isEqualTo(secondHeld);
    assertThat(secondHeld.decimalValue()).isGreaterThan(firstHeld.decimalValue());
  }

  @Test
  void aQuoteCallsNobodyAndKeepsNothing() {
    var bot = TestingBot.draft(server, team, OPENAI + ",\"spending_cap_cents\":1");
    int asked = provider.received().size();

    quote(bot, "Hello?");

    assertThat(provider.received()).hasSize(asked);
    assertThat(bot.get("/turns").json().path("turns")).isEmpty();
    assertThat(bot.get("/usage/summary").text()).contains("\"held_cents\":0,");
    assertThat(bot.balance().text()).contains("\"held_cents\":0,", "\"balance_cents\":500,");
    assertProven();
  }

  @Test
  void whatIsExpectedComesFromTheBotsOwnMeanOnceItHasOne() {
    var bot = TestingBot.draft(server, team, OPENAI);

    var before = quote(bot, "Hello?");
    bot.test("Hello?");
    var after = quote(bot, "Hello?");

    assertThat(before.at("/first_step/output_tokens_expected").intValue()).isEqualTo(300);
    assertThat(before.at("/assumptions/0/source").textValue()).isEqualTo("default");
    assertThat(after.at("/first_step/output_tokens_expected").intValue()).isEqualTo(42);
    assertThat(after.at("/assumptions/0/source").textValue()).isEqualTo("bot_history");
    assertThat(after.path("expected_cents").decimalValue())
        .isPositive()
        .isLessThan(after.path("worst_case_cents").decimalValue());
  }

  @Test
  void aQuoteNamesTheLimitThatWouldRefuseIt() {
    var bot = TestingBot.draft(server, team, OPENAI + ",\"spending_cap_cents\":0.0001");

    var quote = quote(bot, "Hello?");

    assertThat(quote.path("would_run").booleanValue()).isFalse();
    assertThat(quote.path("held_cents").intValue()).isZero();
    assertThat(quote.at("/limit/scope").textValue()).isEqualTo("bot_cap");
    assertThat(quote.at("/limit/remaining").decimalValue()).isEqualByComparingTo("0.0001");
  }

  @Test
  void aQuoteSeesWhatTheEndUserHasSpentToday() {
    var bot = TestingBot.draft(server, team, OPENAI + ",\"end_user_daily_cents\":0.06");
    bot.test("Hello?");

    var quote = quote(bot, "Hello?");

    assertThat(quote.at("/limit/scope").textValue()).isEqualTo("end_user");
    assertThat(quote.at("/limit/spent").decimalValue()).isEqualByComparingTo("0.009795");
    assertThat(held(bot, bot.test("Hello?"))).isEqualTo(quote.path("held_cents"));
  }

  @Test
  void aQuoteNamesTheLimitThatWouldShortenTheAnswer() {
    var bot = TestingBot.draft(server, team, OPENAI + ",\"spending_cap_cents\":0.06");

    var quote = quote(bot, "Hello?");

    assertThat(quote.path("would_run").booleanValue()).isTrue();
    assertThat(quote.path("max_tokens").intValue()).isBetween(16, 999);
    assertThat(quote.at("/limit/scope").textValue()).isEqualTo("bot_cap");
    assertThat(held(bot, bot.test("Hello?"))).isEqualTo(quote.path("held_cents"));
  }

  @Test
  void aQuoteNamesThePlansTokensIfThoseShortenTheAnswer() {
    var bot =
        TestingBot.draft(
            server, team, OPENAI.replace("1000", "200000") + ",\"billing_mode\":\"plan_quota\"");

    var quote = quote(bot, "Hello?");

    assertThat(quote.path("max_tokens").intValue()).isBetween(16, 9_999);
    assertThat(quote.at("/limit/scope").textValue()).isEqualTo("plan_quota");
    assertThat(quote.at("/limit/unit").textValue()).isEqualTo("tokens");
    assertThat(quote.at("/limit/remaining").intValue()).isEqualTo(10_000);
  }

  @Test
  void anotherTeamsBotCannotBeQuoted() {
    var bot = TestingBot.draft(server, server.register(), OPENAI);

    var path = "/api/bots/" + bot.id() + "/quote";
    assertThat(server.post(path, team.accessToken(), "{\"message\":\"Hi\"}").status())
        .isEqualTo(404);
  }

  @Test
  void anEstimateIsExact() {
    var answer =
        estimate(
            "{\"llm_model\":\"gpt-4o-mini\",\"llm_provider\":\"openai\",\"messages_per_day\":100,"
                + "\"input_tokens_per_message\":485,\"output_tokens_per_message\":42}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .contains(
            "\"expected\":{\"per_message\":{\"cost_cents\":0.009795,\"credits\":0.009795},"
                + "\"per_day\":{\"cost_cents\":0.9795,\"credits\":0.9795},"
                + "\"per_month\":{\"cost_cents\":29.385,\"credits\":29.385}}");
    var worst = answer.json().at("/worst_case/per_message/cost_cents").decimalValue();
    assertThat(worst).isEqualByComparingTo(new BigDecimal("4.9879500")); // 10 × (485×150+8192×600)
    assertThat(answer.text())
        .contains("{\"name\":\"steps_per_message\",\"value\":1,\"source\":\"default\"}")
        .contains("{\"name\":\"input_tokens_per_message\",\"value\":485,\"source\":\"request\"}");
  }

  @Test
  void anEstimateOfABotGoesByItsHistory() {
    var bot = TestingBot.draft(server, team, OPENAI);
    bot.test("Hello?");

    var answer = estimate("{\"bot_id\":\"" + bot.id() + "\",\"messages_per_day\":1}");

    assertThat(answer.json().at("/expected/per_message/cost_cents").decimalValue())
        .isEqualByComparingTo("0.009795");
    assertThat(answer.text())
        .contains(
            "{\"name\":\"input_tokens_per_message\",\"value\":485,\"source\":\"bot_history\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"llm_model\":\"gpt-4o-mini\"}",
        "{\"llm_model\":\"no-such-model\",\"messages_per_day\":1}",
        "{\"llm_model\":\"gpt-4o-mini\",\"messages_per_day\":0}",
        "{\"llm_model\":\"gpt-4o-mini\",\"messages_per_day\":1,\"cached_input_share\":1.1}",
        "{\"llm_model\":\"gpt-4o-mini\",\"messages_per_day\":1,\"steps_per_message\":0}",
        "{\"messages_per_day\":1}"
      })
  void anEstimateThatCannotBeIsRefused(String body) {
    assertThat(estimate(body).status()).isEqualTo(422);
  }

  @Test
  void theDaysThatAreLeftFollowFromTheMeanOfTheWholeDays() {
    var bot = TestingBot.active(server, team, "\"spending_cap_cents\":1");
    bot.say("ann", "1", "Hello");
    bot.say("ann", "2", "Hello");
    var spent = summary(bot).path("spent_cents").decimalValue();
    server.clock().advance(Duration.ofDays(2));
    team = again(team);
    bot = bot.as(team);

    var left = summary(bot).path("projected_days_left").decimalValue();

    var expected =
        BigDecimal.ONE.subtract(spent).multiply(BigDecimal.TWO).divide(spent, 1, RoundingMode.DOWN);
    assertThat(left).isEqualByComparingTo(expected);
  }

  @Test
  void aBotThatSpentNothingHasNoDaysLeftToName() {
    var bot = TestingBot.draft(server, team, "\"spending_cap_cents\":1");

    assertThat(summary(bot).path("projected_days_left").isNull()).isTrue();
  }

  private static TestingTeam again(TestingTeam team) {
    return TestingTeam.of(
        server.post(
            "/api/auth/login",
            "",
            "{\"email\":\"%s\",\"password\":\"%s\"}"
                .formatted(team.email(), TestingTeam.PASSWORD)));
  }

  private TestingAnswer estimate(String body) {
    return server.post("/api/estimate", team.accessToken(), body);
  }

  private static JsonNode quote(TestingBot bot, String message) {
    var answer = bot.owner("POST", "/quote", "{\"message\":\"" + message + "\"}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  /// What was held for the only step of a turn.
  private static JsonNode held(TestingBot bot, TestingAnswer answer) {
    return bot.get("/turns/" + answer.json().path("turn_id").textValue())
        .json()
        .at("/receipt/steps/0/held_cents");
  }

  private static JsonNode summary(TestingBot bot) {
    return bot.get("/usage/summary").json();
  }

  private void assertProven() {
    assertThat(
            server.get("/api/ledger/verify", team.accessToken()).json().path("ok").booleanValue())
        .isTrue();
  }
}
