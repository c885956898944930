package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A team's plan and limits, as its owner reads, changes and meets them.
final class BillingPlanTest {
  /// About 4,000 tokens: two messages leave too little of Free's 10,000 for a third.
  private static final String LONG_PROMPT = "\"system_prompt\":\"" + "word ".repeat(4_000) + "\"";

  private static final BigDecimal NINETEEN = BigDecimal.valueOf(19);
  private static final BigDecimal TWENTY = BigDecimal.valueOf(20);
  private static final String PLAN_QUOTA = "\"billing_mode\":\"plan_quota\"";

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
  void anybodyMayReadThePlans() {
    var answer = server.get("/api/billing/plans", "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .contains(
            "{\"id\":\"free\",\"name\":\"Free\",\"monthly_price_cents\":0,\"credits_included\":500,"
                + "\"tokens_included\":10000,\"overage\":false,\"features\":[")
        .contains(
            "{\"id\":\"pro\",\"name\":\"Pro\",\"monthly_price_cents\":14900,"
                + "\"credits_included\":10000,\"tokens_included\":2000000,\"overage\":true,");
  }

  @Test
  void aNewTeamIsOnTheFreePlan() {
    var billing = billing();

    assertThat(billing.path("plan").textValue()).isEqualTo("free");
    assertThat(billing.path("next_plan").textValue()).isEqualTo("free");
    assertThat(billing.path("status").textValue()).isEqualTo("active");
    assertThat(billing.at("/period/starts_at").textValue())
        .isEqualTo(server.clock().instant().toString());
    assertThat(billing.at("/period/ends_at").textValue()).isEqualTo(inAMonth());
    assertThat(billing.path("credits").toString())
        .isEqualTo("{\"limit\":500,\"spent\":0,\"held\":0,\"remaining\":500}");
    assertThat(billing.path("tokens").toString())
        .isEqualTo("{\"limit\":10000,\"spent\":0,\"held\":0,\"remaining\":10000}");
    assertThat(billing.path("overage").toString())
        .isEqualTo("{\"spent_cents\":0,\"held_cents\":0,\"ceiling_cents\":null}");
    assertThat(billing.path("limits").toString())
        .isEqualTo(
            "{\"monthly_limit_cents\":null,\"spent_cents\":0,\"held_cents\":0,"
                + "\"remaining_cents\":null,\"resets_at\":\"2026-04-01T00:00:00Z\","
                + "\"alert_percents\":[50,80,100],\"overage_ceiling_cents\":null}");
  }

  @Test
  void nobodyReadsBillingWithoutSigningIn() {
    assertThat(server.get("/api/billing", "").status()).isEqualTo(401);
  }

  @Test
  void freeStopsAtItsTokensWithTheLimitMessageAndThePlansFigures() {
    var bot = TestingBot.draft(server, team, PLAN_QUOTA + "," + LONG_PROMPT);

    var first = bot.test("One");
    var second = bot.test("Two");
    var third = bot.test("Three");

    assertThat(first.json().path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(first.json().path("billed_cents").intValue()).isZero();
    assertThat(second.json().path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(third.status()).isEqualTo(200);
    var json = third.json();
    assertThat(json.path("stop_reason").textValue()).isEqualTo("plan_quota");
    assertThat(json.path("response").textValue()).isEqualTo("Bot has reached its spending limit.");
    assertThat(json.at("/details/scope").textValue()).isEqualTo("plan_quota");
    assertThat(json.at("/details/unit").textValue()).isEqualTo("tokens");
    assertThat(json.at("/details/limit").intValue()).isEqualTo(10_000);
    assertThat(json.at("/details/resets_at").textValue()).isEqualTo(inAMonth());
    long used =
        first.json().at("/token_breakdown/total").longValue()
            + second.json().at("/token_breakdown/total").longValue();
    assertThat(json.at("/details/spent").longValue()).isEqualTo(used);
    assertThat(billing().at("/tokens/spent").longValue()).isEqualTo(used);
    assertThat(balance().path("balance_cents").intValue()).isEqualTo(500);
    assertProven();
  }

  @Test
  void theWebhookStopsInTheSameWay() {
    var bot = TestingBot.active(server, team, PLAN_QUOTA + "," + LONG_PROMPT);
    bot.say("ann", "1", "One");
    bot.say("ann", "2", "Two");

    var third = bot.say("ann", "3", "Three");

    assertThat(third.status()).isEqualTo(200);
    assertThat(third.json().path("stop_reason").textValue()).isEqualTo("plan_quota");
  }

  @Test
  void proBeginsAtOnceAndIsPaidByTheWallet() {
    deposit(20_000);

    var answer = plan("pro");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("plan").textValue()).isEqualTo("pro");
    assertThat(answer.json().path("message").textValue()).isEqualTo("The plan is Pro.");
    assertThat(balance().path("balance_cents").intValue()).isEqualTo(20_500 - 14_900);
    assertThat(billing().at("/tokens/limit").intValue()).isEqualTo(2_000_000);
    assertThat(server.get("/api/ledger?kind=plan_fee", team.accessToken()).json().path("entries"))
        .hasSize(1);
    assertProven();
  }

  @Test
  void aWalletThatDoesNotCoverThePlanIsToldWhatIsMissing() {
    var refused = plan("pro");

    assertThat(refused.status()).isEqualTo(402);
    assertThat(refused.errorCode()).isEqualTo("insufficient_balance");
    assertThat(refused.json().at("/error/details").toString())
        .isEqualTo(
            "{\"scope\":\"wallet\",\"limit\":500,\"spent\":0,\"held\":0,\"remaining\":500,"
                + "\"needed\":14900,\"unit\":\"cents\",\"resets_at\":null,"
                + "\"remedy\":\"Top up the wallet by at least 14400 cents.\","
                + "\"missing_cents\":14400}");
    assertThat(billing().path("plan").textValue()).isEqualTo("free");
  }

  @Test
  void theSameKeyPaysForOnePlan() {
    deposit(40_000);

    var answers = TestingCrowd.atOnce(5, _ -> plan("pro", "Idempotency-Key", "once"));

    assertThat(answers).extracting(TestingAnswer::text).containsOnly(answers.getFirst().text());
    assertThat(balance().path("balance_cents").intValue()).isEqualTo(40_500 - 14_900);
  }

  @Test
  void aCheaperPlanBeginsAfterThePaidPeriodAndTheAnswerSaysSo() {
    deposit(20_000);
    plan("pro");

    var answer = plan("free").json();

    assertThat(answer.path("plan").textValue()).isEqualTo("pro");
    assertThat(answer.path("next_plan").textValue()).isEqualTo("free");
    assertThat(answer.path("status").textValue()).isEqualTo("ending");
    assertThat(answer.path("effective_at")).isEqualTo(answer.at("/period/ends_at"));
    assertThat(answer.path("message").textValue()).contains("Free begins after it");
    assertThat(billing().path("plan").textValue()).isEqualTo("pro");
    assertThat(plan("pro").json().path("next_plan").textValue()).isEqualTo("pro");
    assertThat(balance().path("balance_cents").intValue()).isEqualTo(20_500 - 14_900);
  }

  @Test
  void proGoesOnAsOverageUpToItsCeiling() {
    provider.reply(TestingOpenAiServer.completion("Dear words.", 485, 200_000));
    deposit(20_000);
    plan("pro");
    limits("{\"overage_ceiling_cents\":20}");
    var bot =
        TestingBot.draft(
            server,
            team,
            PLAN_QUOTA
                + ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\","
                + "\"max_tokens_per_turn\":200000");
    for (int i = 0; i < 9; i++) {
      assertThat(bot.test("Hello?").json().path("billed_cents").intValue()).isZero();
    }

    server.clock().advance(Duration.ofMinutes(1)); // tests are limited to ten a minute
    var overage = bot.test("Hello?").json(); // the tenth whole answer does not fit the grant
    bot.test("Hello?"); // takes what is left of the grant, with a lowered max_tokens
    bot.test("Hello?"); // takes what is left below the ceiling
    var refused = bot.test("Hello?").json();

    assertThat(overage.path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(overage.path("billed_cents")).isEqualTo(overage.path("cost_cents"));
    assertThat(overage.path("billed_cents").decimalValue()).isPositive();
    assertThat(refused.path("stop_reason").textValue()).isEqualTo("plan_quota");
    assertThat(refused.at("/details/limit").intValue()).isEqualTo(20);
    assertThat(billing().at("/overage/spent_cents").decimalValue()).isBetween(NINETEEN, TWENTY);
    assertProven();
  }

  @Test
  void theTeamsMonthlyLimitStopsEveryBotAndARaisedOneWorksAtOnce() {
    var bot = TestingBot.draft(server, team, "");
    var other = TestingBot.draft(server, team, "");
    bot.test("Hello");
    limits("{\"monthly_limit_cents\":0.000001}");

    var stopped = other.test("Hello").json();
    limits("{\"monthly_limit_cents\":100}");
    var goesOn = other.test("Hello").json();

    assertThat(stopped.path("stop_reason").textValue()).isEqualTo("spending_cap");
    assertThat(stopped.at("/details/scope").textValue()).isEqualTo("team_limit");
    assertThat(stopped.at("/details/limit").decimalValue()).isEqualByComparingTo("0.000001");
    assertThat(stopped.at("/details/spent").decimalValue()).isPositive();
    assertThat(stopped.at("/details/resets_at").textValue()).isEqualTo("2026-04-01T00:00:00Z");
    assertThat(goesOn.path("stop_reason").textValue()).isEqualTo("completed");
    assertProven();
  }

  @Test
  void limitsAreReplacedAsAWhole() {
    limits(
        "{\"monthly_limit_cents\":12.5,\"overage_ceiling_cents\":7,\"alert_percents\":[90,10,90]}");

    assertThat(billing().path("limits").toString())
        .contains("\"monthly_limit_cents\":12.5,")
        .contains("\"alert_percents\":[10,90]")
        .contains("\"overage_ceiling_cents\":7}");

    limits("{}");

    assertThat(billing().path("limits").toString())
        .contains("\"monthly_limit_cents\":null,")
        .contains("\"alert_percents\":[50,80,100]")
        .contains("\"overage_ceiling_cents\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"monthly_limit_cents\":-1}",
        "{\"monthly_limit_cents\":\"1\"}",
        "{\"monthly_limit_cents\":0.00000001}",
        "{\"overage_ceiling_cents\":-0.5}",
        "{\"alert_percents\":[0]}",
        "{\"alert_percents\":[101]}",
        "{\"alert_percents\":[1.5]}",
        "{\"alert_percents\":\"50\"}",
        "{\"alert_percents\":[1,2,3,4,5,6,7,8,9,10,11]}"
      })
  void aLimitThatCannotBeIsRefused(String body) {
    var refused = server.put("/api/billing/limits", team.accessToken(), body);

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isIn("monthly_limit_cents", "overage_ceiling_cents", "alert_percents");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{\"plan\":\"gold\"}`,422",
        "`{\"plan\":null}`,422",
        "`{}`,422",
        "`{\"plan\":\"free\",\"coupon\":1}`,400",
        "`[]`,400"
      })
  void aPlanThatDoesNotExistIsRefused(String body, int status) {
    assertThat(server.post("/api/billing/plan", team.accessToken(), body).status())
        .isEqualTo(status);
  }

  @Test
  void aBotOnThePlanNeedsAPriceAndNoKey() {
    var unpriced =
        server.post(
            "/api/bots",
            team.accessToken(),
            TestingBot.body(
                PLAN_QUOTA + ",\"llm_provider\":\"openai\",\"llm_model\":\"no-such-model\""));
    var priced =
        server.post(
            "/api/bots",
            team.accessToken(),
            TestingBot.body(
                PLAN_QUOTA + ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\""));

    assertThat(unpriced.status()).isEqualTo(422);
    assertThat(unpriced.errorCode()).isEqualTo("no_price");
    assertThat(priced.status()).isEqualTo(201);
    assertThat(priced.json().path("billing_mode").textValue()).isEqualTo("plan_quota");
  }

  @Test
  void aBotOnThePlanCallsWithTheOperatorsKeyEvenIfItHasOneOfItsOwn() {
    var bot =
        TestingBot.draft(
            server,
            team,
            PLAN_QUOTA
                + ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\","
                + "\"llm_api_key\":\"sk-own\",\"max_tokens_per_turn\":100");

    bot.test("Hello?");

    assertThat(provider.received().getLast().header("authorization")).isEqualTo("Bearer sk-pooled");
  }

  private TestingAnswer plan(String plan, String... headers) {
    server.get("/api/billing", team.accessToken());
    server.clock().advance(Duration.ofSeconds(1)); // a period lasts no less than a moment
    return server.post(
        "/api/billing/plan", team.accessToken(), "{\"plan\":\"" + plan + "\"}", headers);
  }

  private void limits(String body) {
    assertThat(server.put("/api/billing/limits", team.accessToken(), body).status()).isEqualTo(200);
  }

  private void deposit(int cents) {
    var deposit =
        server.post("/api/balance/deposit", team.accessToken(), "{\"amount_cents\":" + cents + "}");
    server.send(
        HttpRequest.newBuilder(URI.create(deposit.json().path("checkout_url").textValue()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.noBody())
            .build());
  }

  private static String inAMonth() {
    return server.clock().instant().atZone(ZoneOffset.UTC).plusMonths(1).toInstant().toString();
  }

  private JsonNode billing() {
    return server.get("/api/billing", team.accessToken()).json();
  }

  private JsonNode balance() {
    return server.get("/api/balance", team.accessToken()).json();
  }

  private void assertProven() {
    var proof = server.get("/api/ledger/verify", team.accessToken()).json();
    assertThat(proof.path("ok").booleanValue()).as(proof.toString()).isTrue();
  }
}
