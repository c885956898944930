package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may change what a bot may spend: billing all of it and nothing else, an editor all else, and
/// a limit only downwards.
final class SpendingRolesTest {
  private static final String LIMITS =
      """
      "spending_cap_cents":100,"spending_caps":[{"period":"day","cents":10}],\
      "max_cost_cents_per_message":5,"end_user_daily_cents":3\
      """;

  private static TestingServer server;
  private static TestingTeam team;
  private static TestingMember editor;
  private static TestingMember billing;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    team = server.register();
    editor = TestingMember.of(server, team, "editor");
    billing = TestingMember.of(server, team, "billing");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void create() {
    bot =
        TestingBot.draft(
            server, team, "\"system_prompt\":\"Whisper.\",\"llm_api_key\":\"sk-own\"," + LIMITS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"spending_cap_cents\":101}",
        "{\"spending_cap_cents\":null}",
        "{\"spending_caps\":[{\"period\":\"day\",\"cents\":11}]}",
        "{\"spending_caps\":[{\"period\":\"week\",\"cents\":1}]}",
        "{\"spending_caps\":[]}",
        "{\"max_cost_cents_per_message\":6}",
        "{\"end_user_daily_cents\":null}",
        "{\"billing_mode\":\"byok\"}"
      })
  void whatLetsABotSpendMoreIsForMoneyAndNotForEditors(String change) {
    var path = "/api/bots/" + bot.id();
    var before = bot.get("").text();

    var refused = editor.patch(path, change);

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.errorCode()).isEqualTo("role_not_sufficient");
    assertThat(bot.get("").text()).isEqualTo(before);
    assertThat(billing.patch(path, change).status()).isEqualTo(200);
  }

  @Test
  void anEditorLowersLimitsAndSetsNewOnes() {
    var path = "/api/bots/" + bot.id();

    var changed =
        editor.patch(
            path,
            "{\"name\":\"New\",\"spending_cap_cents\":99.5,\"spending_caps\":["
                + "{\"period\":\"day\",\"cents\":10},{\"period\":\"month\",\"cents\":50}]}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().path("spending_cap_cents").asText()).isEqualTo("99.5");
    assertThat(changed.json().path("spending_caps")).hasSize(2);
    assertThat(editor.patch(path, "{\"spending_cap_cents\":100}").status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"system_prompt\":\"Shout.\"}",
        "{\"name\":\"New\",\"spending_cap_cents\":200}",
        "{\"llm_api_key\":\"sk-new\"}",
        "{\"on_limit\":\"stop\"}",
        "{\"description\":null}",
        "{\"platform_config\":{}}"
      })
  void billingChangesNothingElse(String change) {
    var before = bot.get("").text();

    assertThat(billing.patch("/api/bots/" + bot.id(), change).errorCode())
        .isEqualTo("role_not_sufficient");

    assertThat(bot.get("").text()).isEqualTo(before);
  }

  @Test
  void billingReadsNoPromptsFromTheAnswerEither() {
    var answer = billing.patch("/api/bots/" + bot.id(), "{\"spending_cap_cents\":200}");

    assertThat(answer.json().path("spending_cap_cents").intValue()).isEqualTo(200);
    assertThat(answer.text()).doesNotContain("Whisper", "spending limit.");
    assertThat(answer.json().required("system_prompt").isNull()).isTrue();
  }

  @Test
  void whoMayNotReadTheBalanceIsNotToldHowLongItLasts() {
    var free = TestingBot.active(server, server.register(), "");
    var reader = TestingMember.of(server, free.team(), "editor");
    free.say("ada", "e1", "Hello?");

    var path = "/api/bots/" + free.id() + "/usage/summary";

    assertThat(free.get("/usage/summary").json().path("projected_days_left").isNumber()).isTrue();
    assertThat(reader.get(path).json().path("projected_days_left").isNull()).isTrue();
  }
}
