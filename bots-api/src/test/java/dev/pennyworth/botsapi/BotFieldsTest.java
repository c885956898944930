package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a bot's fields may be, and what they are when nobody says anything.
final class BotFieldsTest {
  private static final String LEAST =
      """
      {"name":"Test bot","platform":"custom","system_prompt":"Be brief."}\
      """;

  private static TestingServer server;
  private static TestingTeam team;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    team = server.register();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aBotThatOnlySaysWhatItMustHasTheDefaults() {
    var made = server.post("/api/bots", server.register().accessToken(), LEAST);

    assertThat(made.status()).isEqualTo(201);
    var bot = made.json();
    for (var expected :
        new String[] {
          "status=\"draft\"",
          "slug=\"test-bot\"",
          "platform=\"custom\"",
          "description=null",
          "platform_config={}",
          "llm_provider=\"anthropic\"",
          "llm_model=\"claude-sonnet-4-6\"",
          "llm_api_key=null",
          "llm_config={\"temperature\":null,\"base_url\":null,\"light_model\":null,\"step_down_percent\":null}",
          "billing_mode=\"wallet\"",
          "max_loop_iterations=10",
          "max_tokens_per_turn=8192",
          "timeout_ms=30000",
          "conversation_max_messages=20",
          "conversation_ttl_hours=24",
          "welcome_message=null",
          "limit_message=\"Bot has reached its spending limit.\"",
          "spending_cap_cents=null",
          "spending_caps=[]",
          "max_cost_cents_per_message=null",
          "on_limit=\"stop\"",
          "approval_cents=null",
          "merge_bursts=false",
          "cost_users=[]",
          "end_user_messages_per_minute=20",
          "end_user_daily_cents=null",
          "timezone=\"UTC\"",
          "spent_cents=0",
          "held_cents=0",
          "conversation_count=0",
          "last_active_at=null",
          "created_at=\"2026-03-14T09:26:53.589793Z\"",
          "updated_at=\"2026-03-14T09:26:53.589793Z\""
        }) {
      var field = expected.substring(0, expected.indexOf('='));
      assertThat(field + "=" + bot.required(field)).isEqualTo(expected);
    }
    assertThat(bot.path("id").textValue()).matches("bt_[0-9a-f]{32}");
    assertThat(bot.path("workspace_id").textValue()).matches("ws_[0-9a-f]{32}");
    assertThat(bot.path("fallback_message").textValue()).isNotBlank();
    assertThat(bot.path("webhook_secret").textValue()).hasSizeGreaterThan(40);
    assertThat(bot.path("webhook_url").textValue())
        .endsWith("/api/bots/webhook/custom/" + bot.path("id").textValue());
  }

  @ParameterizedTest
  @CsvSource({
    "max_loop_iterations, 1, 50",
    "max_tokens_per_turn, 1, 200000",
    "timeout_ms, 1000, 60000",
    "conversation_max_messages, 2, 200",
    "conversation_ttl_hours, 1, 8760",
    "end_user_messages_per_minute, 1, 10000"
  })
  void aNumberReachesFromItsLeastToItsMost(String field, int min, int max) {
    assertThat(with(field, Integer.toString(min)).path(field).intValue()).isEqualTo(min);
    assertThat(with(field, Integer.toString(max)).path(field).intValue()).isEqualTo(max);
    for (var wrong :
        new String[] {
          Integer.toString(min - 1),
          Integer.toString(max + 1),
          min + ".5",
          "\"" + min + "\"",
          "true",
          "[]",
          "99999999999999999999"
        }) {
      refused(field, wrong, field);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "name, 1, 100",
    "system_prompt, 1, 32000",
    "description, 0, 4000",
    "welcome_message, 0, 4000",
    "fallback_message, 1, 4000",
    "limit_message, 1, 4000"
  })
  void aTextIsAsLongAsItMayBeInCharactersOfAnyAlphabet(String field, int min, int max) {
    var longest = "\uD83D\uDE00".repeat(max);

    assertThat(with(field, quoted(longest)).path(field).textValue()).isEqualTo(longest);
    refused(field, quoted(longest + "a"), field);
    refused(field, "5", field);
    refused(field, "{}", field);
    refused(field, "\"nothing \\u0000\"", field);
    if (min > 0) {
      refused(field, "\"\"", field);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "platform", "system_prompt"})
  void whatIsRequiredMayNotBeMissing(String field) {
    refused(field, "null", field);
  }

  @ParameterizedTest
  @CsvSource({
    "platform, irc",
    "llm_provider, nobody",
    "billing_mode, free",
    "on_limit, explode",
    "timezone, Mars/Phobos",
    "workspace_id, "
  })
  void aWordMustBeOneOfTheKnown(String field, String word) {
    refused(field, quoted(word == null ? "" : word), field);
    refused(field, "7", field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "2", "0.7", "1.99"})
  void aTemperatureIsFromZeroToTwo(String temperature) {
    var bot = with("llm_config", "{\"temperature\":" + temperature + "}");

    assertThat(bot.at("/llm_config/temperature").asText()).isEqualTo(temperature);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-0.1", "2.0001", "\"1\"", "1e40"})
  void anyOtherTemperatureIsRefused(String temperature) {
    var refused = create(body("llm_config", "{\"temperature\":" + temperature + "}"));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("llm_config.temperature");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"spending_cap_cents", "max_cost_cents_per_message", "end_user_daily_cents"})
  void centsAreKeptToTheSeventhDigit(String field) {
    for (var cents : new String[] {"0", "0.0000001", "0.2085", "123456789.0123456", "100"}) {
      assertKept(field, cents, cents);
    }
    assertKept(field, "1.5000000", "1.5");
    assertKept(field, "1e2", "100");
    for (var wrong :
        new String[] {"-1", "-0.0000001", "0.00000001", "1000000000000", "\"5\"", "true", "{}"}) {
      refused(field, wrong, field);
    }
  }

  private static void assertKept(String field, String given, String kept) {
    var made = create(body(field, given));
    var id = made.json().path("id").textValue();

    var read = server.get("/api/bots/" + id, team.accessToken());

    assertThat(made.text()).contains("\"%s\":%s,".formatted(field, kept));
    assertThat(read.text()).contains("\"%s\":%s,".formatted(field, kept));
  }

  @Test
  void eachPeriodMayHaveACap() {
    var caps =
        "[{\"period\":\"day\",\"cents\":1.0000001},{\"period\":\"week\",\"cents\":2},"
            + "{\"period\":\"month\",\"cents\":3}]";

    assertThat(with("spending_caps", caps).path("spending_caps").toString()).isEqualTo(caps);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{\"period\":\"year\",\"cents\":1}] | spending_caps[0].period",
        "[{\"period\":\"day\",\"cents\":-1}] | spending_caps[0].cents",
        "[{\"period\":\"day\"}] | spending_caps[0].cents",
        "[{\"cents\":1}] | spending_caps[0].period",
        "[{\"period\":\"day\",\"cents\":1},{\"period\":\"day\",\"cents\":2}] | spending_caps",
        "[1] | spending_caps",
        "{} | spending_caps"
      })
  void anyOtherCapIsRefused(String caps, String field) {
    refused("spending_caps", caps, field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nmae | 1 | nmae",
        "id | \"bt_1\" | id",
        "status | \"active\" | status",
        "llm_config | {\"temprature\":1} | llm_config.temprature",
        "spending_caps | [{\"period\":\"day\",\"cents\":1,\"x\":1}] | spending_caps[0].x",
        "platform_config | {\"bot_token\":\"t\"} | platform_config.bot_token",
        "webhook_secret | \"mine\" | webhook_secret"
      })
  void aFieldThatNobodyReadsIsRefusedByItsName(String field, String value, String named) {
    var refused = create(body(field, value));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("unknown_field");
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://models.example",
        "models.example",
        "//models.example",
        "http://",
        "http://a b",
        "http://[",
        "http://ada:secret@models.example",
        "https://models.example/v1?key=secret",
        "https://models.example/v1#part"
      })
  void aBaseUrlIsAPlainWebAddress(String url) {
    var refused =
        create(
            TestingBot.body(
                "\"llm_provider\":\"custom\",\"llm_model\":\"deepseek-v3\",\"llm_config\":{\"base_url\":%s}"
                    .formatted(quoted(url))));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("llm_config.base_url");
    assertThat(refused.text()).doesNotContain("secret");
  }

  @Test
  void aModelWithoutAPriceIsRefused() {
    var refused = create(body("llm_model", "\"gpt-of-the-future\""));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.errorCode()).isEqualTo("no_price");
  }

  private static void refused(String field, String value, String named) {
    var answer = create(body(field, value));

    assertThat(answer.status()).as("%s: %s", field, value).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo(named);
  }

  private static JsonNode with(String field, String value) {
    var answer = create(body(field, value));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json();
  }

  /// The least that makes a bot, and one field more or instead.
  private static String body(String field, String value) {
    return TestingBot.body("\"%s\":%s".formatted(field, value));
  }

  private static TestingAnswer create(String body) {
    return server.post("/api/bots", team.accessToken(), body);
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
