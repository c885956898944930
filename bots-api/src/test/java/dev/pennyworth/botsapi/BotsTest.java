package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The life of a bot: made, listed, changed, connected, deleted.
final class BotsTest {
  private static TestingServer server;
  private TestingTeam team;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    team = server.register();
  }

  @Test
  void aPatchChangesWhatItNamesAndNothingElse() {
    var bot = TestingBot.draft(server, team, "\"description\":\"old\",\"timeout_ms\":5000");
    var before = bot.get("").json();
    server.clock().advance(Duration.ofSeconds(1));

    var patched = bot.owner("PATCH", "", "{\"description\":\"new\"}");

    assertThat(patched.status()).isEqualTo(200);
    assertThat(patched.text()).isEqualTo(bot.get("").text());
    var after = patched.json();
    for (var field : before.properties()) {
      boolean changes = field.getKey().equals("description") || field.getKey().equals("updated_at");
      assertThat(after.path(field.getKey()).equals(field.getValue()))
          .as(field.getKey())
          .isEqualTo(!changes);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "description | \"set\"",
        "llm_config | {\"temperature\":1,\"light_model\":\"pennyworth-free\",\"step_down_percent\":null}",
        "max_loop_iterations | 3",
        "max_tokens_per_turn | 3",
        "timeout_ms | 3000",
        "conversation_max_messages | 3",
        "conversation_ttl_hours | 3",
        "welcome_message | \"set\"",
        "fallback_message | \"set\"",
        "limit_message | \"set\"",
        "spending_cap_cents | 3",
        "spending_caps | [{\"period\":\"day\",\"cents\":3}]",
        "max_cost_cents_per_message | 3",
        "end_user_messages_per_minute | 3",
        "end_user_daily_cents | 3",
        "timezone | \"Europe/Berlin\"",
        "llm_api_key | \"sk-set\""
      })
  void aNullClearsBackToTheDefault(String field, String value) {
    var bot = TestingBot.draft(server, team, "");
    var unset = bot.get("").json().required(field);

    var set = bot.owner("PATCH", "", "{\"%s\":%s}".formatted(field, value)).json().path(field);
    var cleared = bot.owner("PATCH", "", "{\"%s\":null}".formatted(field));

    assertThat(set).isNotEqualTo(unset);
    assertThat(cleared.status()).isEqualTo(200);
    assertThat(cleared.json().path(field)).isEqualTo(unset);
  }

  @Test
  void aNullInsideLlmConfigClearsThatFieldOnly() {
    var bot =
        TestingBot.draft(
            server,
            team,
            "\"llm_config\":{\"temperature\":1,\"light_model\":\"pennyworth-free\",\"step_down_percent\":null}");

    var patched = bot.owner("PATCH", "", "{\"llm_config\":{\"temperature\":null}}").json();

    assertThat(patched.path("llm_config").toString())
        .isEqualTo(
            "{\"temperature\":null,\"base_url\":null,\"light_model\":\"pennyworth-free\",\"step_down_percent\":null}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":null}", "{\"system_prompt\":null}", "{\"platform\":null}",
        "{\"platform\":\"telegram\"}", "{\"timeout_ms\":1}", "{\"llm_model\":\"nobody\"}",
        "{\"billing_mode\":\"byok\",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o\"}"
      })
  void aPatchThatCannotBeChangesNothing(String patch) {
    var bot = TestingBot.draft(server, team, "");
    var before = bot.get("").text();

    assertThat(bot.owner("PATCH", "", patch).status()).isEqualTo(422);
    assertThat(bot.get("").text()).isEqualTo(before);
  }

  @Test
  void aPatchKeepsThePlatformSecretsThatItDoesNotName() {
    var bot =
        TestingBot.draft(
            server,
            team,
            "\"platform\":\"telegram\",\"platform_config\":{\"bot_token\":\"1:a\",\"webhook_secret\":\"b\"}");
    var before = bot.get("").json().path("platform_config");

    var after =
        bot.owner("PATCH", "", "{\"platform_config\":{\"bot_token\":\"2:c\"}}")
            .json()
            .path("platform_config");

    assertThat(before.path("bot_token").textValue()).isEqualTo("***");
    assertThat(before.path("bot_token_fingerprint").textValue()).isNotBlank();
    assertThat(after.path("bot_token_fingerprint"))
        .isNotEqualTo(before.path("bot_token_fingerprint"));
    assertThat(after.path("webhook_secret_fingerprint"))
        .isEqualTo(before.path("webhook_secret_fingerprint"));
    assertThat(
            bot.owner("PATCH", "", "{\"platform_config\":null}")
                .json()
                .path("platform_config")
                .toString())
        .isEqualTo("{}");
  }

  @Test
  void aSecretIsShownAsStarsWithAFingerprintThatTellsItFromOthers() {
    var bot = TestingBot.draft(server, team, "\"llm_api_key\":\"sk-first\"");
    var first = bot.get("").json();

    var second = bot.owner("PATCH", "", "{\"llm_api_key\":\"sk-second\"}").json();

    assertThat(first.path("llm_api_key").textValue()).isEqualTo("***");
    assertThat(first.path("llm_api_key_fingerprint").textValue()).isNotBlank();
    assertThat(second.path("llm_api_key_fingerprint"))
        .isNotEqualTo(first.path("llm_api_key_fingerprint"));
    assertThat(first.path("webhook_secret").isNull()).as("shown when it is made only").isTrue();
  }

  @Test
  void theListShowsTheFieldsOfTheContractNewestFirst() {
    TestingBot.draft(server, team, "\"name\":\"Older\"");
    var newer = TestingBot.draft(server, team, "\"name\":\"Newer\"");
    newer.test("Hello?");

    var list = server.get("/api/bots", team.accessToken()).json();

    assertThat(list.path("next_cursor").isNull()).isTrue();
    assertThat(list.path("bots").findValuesAsText("name")).containsExactly("Newer", "Older");
    var names = new ArrayList<String>();
    list.at("/bots/0").fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly(
            "id",
            "name",
            "slug",
            "platform",
            "status",
            "llm_provider",
            "llm_model",
            "created_at",
            "updated_at",
            "last_active_at",
            "conversation_count",
            "spent_cents");
    assertThat(list.at("/bots/0/conversation_count").intValue()).isEqualTo(1);
    assertThat(list.at("/bots/0/spent_cents").decimalValue()).isPositive();
    assertThat(list.at("/bots/1/last_active_at").isNull()).isTrue();
  }

  @Test
  void pagesShowEachBotOnce() {
    for (int i = 0; i < 5; i++) {
      TestingBot.draft(server, team, "");
    }
    var ids = new ArrayList<String>();
    var page = server.get("/api/bots?limit=2", team.accessToken()).json();
    ids.addAll(page.path("bots").findValuesAsText("id"));
    while (!page.path("next_cursor").isNull()) {
      assertThat(page.path("bots")).hasSize(2);
      var cursor = page.path("next_cursor").textValue();
      page = server.get("/api/bots?limit=2&cursor=" + cursor, team.accessToken()).json();
      ids.addAll(page.path("bots").findValuesAsText("id"));
    }

    assertThat(ids).hasSize(5).doesNotHaveDuplicates();
  }

  @Test
  void aDeletedBotIsGoneButItsLedgerStays() {
    var bot = TestingBot.active(server, team, "");
    bot.test("Hello?");
    var ledger = bot.ledger("?bot_id=" + bot.id()).text();

    assertThat(bot.owner("DELETE", "", "").status()).isEqualTo(204);

    for (var below : new String[] {"", "/turns", "/conversations", "/analytics"}) {
      assertThat(bot.get(below).status()).as(below).isEqualTo(404);
    }
    for (var deed : new String[] {"/activate", "/pause", "/webhook-secret", "/test"}) {
      assertThat(bot.owner("POST", deed, "{\"message\":\"x\"}").status()).as(deed).isEqualTo(404);
    }
    assertThat(bot.owner("PATCH", "", "{}").status()).isEqualTo(404);
    assertThat(bot.owner("DELETE", "", "").status()).isEqualTo(404);
    assertThat(server.get("/api/bots", team.accessToken()).json().path("bots")).isEmpty();
    assertThat(bot.ledger("?bot_id=" + bot.id()).text()).isEqualTo(ledger).contains("charge");
    assertThat(bot.ledger("/verify").json().path("ok").booleanValue()).isTrue();
  }

  @Test
  void activatingTellsWhereMessagesGo() {
    var bot = TestingBot.draft(server, team, "");

    var active = bot.owner("POST", "/activate", "").json();

    assertThat(active.path("status").textValue()).isEqualTo("active");
    assertThat(active.path("webhook_url").textValue()).endsWith(bot.id());
    assertThat(active.path("to_do")).isNotEmpty();
    assertThat(bot.get("").json().path("status").textValue()).isEqualTo("active");
    assertThat(bot.owner("POST", "/pause", "").json().path("status").textValue())
        .isEqualTo("paused");
  }

  @Test
  void botsOfOneNameHaveSlugsOfTheirOwn() {
    var slugs = new HashSet<String>();
    for (var name : new String[] {"Zoë's Bot!", "Zoe's Bot", "机器人", "机器人", "机器人"}) {
      var bot = TestingBot.draft(server, team, "\"name\":\"" + name + "\"");
      slugs.add(bot.get("").json().path("slug").textValue());
    }

    assertThat(slugs)
        .containsExactlyInAnyOrder("zoe-s-bot", "zoe-s-bot-2", "bot", "bot-2", "bot-3");
  }

  @Test
  void theSameKeyAndBodyMakeOneBotAlsoAtOnce() {
    var body = TestingBot.body("");

    var answers =
        TestingCrowd.atOnce(
            10, _ -> server.post("/api/bots", team.accessToken(), body, "Idempotency-Key", "once"));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(201);
    assertThat(answers).extracting(TestingAnswer::text).containsOnly(answers.getFirst().text());
    assertThat(answers.getFirst().json().path("webhook_secret").textValue()).isNotBlank();
    assertThat(server.get("/api/bots", team.accessToken()).json().path("bots")).hasSize(1);
  }

  @Test
  void theSameKeyWithAnotherBodyIsAConflict() {
    server.post("/api/bots", team.accessToken(), TestingBot.body(""), "Idempotency-Key", "once");

    var other =
        server.post(
            "/api/bots",
            team.accessToken(),
            TestingBot.body("\"name\":\"Other\""),
            "Idempotency-Key",
            "once");

    assertThat(other.status()).isEqualTo(409);
    assertThat(other.errorCode()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void aRefusalLeavesTheKeyFree() {
    var refused = server.post("/api/bots", team.accessToken(), "{}", "Idempotency-Key", "once");
    var made =
        server.post(
            "/api/bots", team.accessToken(), TestingBot.body(""), "Idempotency-Key", "once");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(made.status()).isEqualTo(201);
  }
}
