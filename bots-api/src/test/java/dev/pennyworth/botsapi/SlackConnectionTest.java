package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.botsapi.TestingSlack.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Activating, pausing and looking at bots on Slack.
final class SlackConnectionTest {
  private static final String SIGNING =
      "\"signing_secret\":\"%s\"".formatted(TestingSlackBot.SECRET);

  private static TestingSlack slack;
  private static TestingServer server;

  private TestingSlackBot chat;

  @BeforeAll
  static void start() {
    slack = new TestingSlack();
    server =
        TestingServer.start(
            Map.of(
                "SLACK_API_URL", slack.url(), "PENNYWORTH_PUBLIC_URL", "https://bots.example.com"));
  }

  @AfterAll
  static void stop() {
    server.close();
    slack.close();
  }

  @BeforeEach
  void create() {
    slack.startOver();
    slack.scopes(TestingSlack.ALL_SCOPES);
    chat = TestingSlackBot.draft(server, SIGNING, "");
  }

  @Test
  void activatingChecksTheTokenAndSaysWhatToPaste() throws Exception {
    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("status").textValue()).isEqualTo("active");
    assertThat(active.path("done").get(0).textValue()).contains("@penny").contains("Work");
    assertThat(slack.calls(chat.token(), "auth.test")).hasSize(1);
    var url = "https://bots.example.com/api/bots/webhook/slack/" + chat.bot().id();
    assertThat(active.path("webhook_url").textValue()).isEqualTo(url);
    assertThat(active.at("/values/request_url").textValue()).isEqualTo(url);
    assertThat(active.at("/values/bot_events").textValue()).startsWith("app_mention, message.im, ");
    assertThat(active.at("/values/bot_scopes").textValue()).contains("chat:write");
    assertThat(active.path("to_do").toString())
        .contains("values.request_url", "values.bot_events", "values.bot_scopes", "Messages Tab");
    var manifest = new ObjectMapper().readTree(active.at("/values/app_manifest").textValue());
    assertThat(manifest.at("/settings/event_subscriptions/request_url").textValue()).isEqualTo(url);
    assertThat(manifest.at("/settings/event_subscriptions/bot_events")).hasSize(5);
    assertThat(manifest.at("/settings/socket_mode_enabled").booleanValue()).isFalse();
    assertThat(manifest.at("/oauth_config/scopes/bot")).hasSize(6);
    assertThat(manifest.at("/features/bot_user/display_name").textValue()).isEqualTo("penny");
  }

  @Test
  void aTokenThatSlackDoesNotKnowIsRefusedAndTheBotStaysADraft() {
    slack.answer("auth.test", Answer.error("invalid_auth"));

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.errorCode()).isEqualTo("invalid_value");
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.bot_token");
    assertThat(refused.text()).contains("OAuth & Permissions").doesNotContain(chat.token());
    assertThat(chat.bot().get("").json().path("status").textValue()).isEqualTo("draft");
  }

  @Test
  void aTokenThatNoHeaderCanCarryIsRefusedToo() {
    chat.bot()
        .owner("PATCH", "", "{\"platform_config\":{\"bot_token\":\"xoxb-ü\"," + SIGNING + "}}");

    assertThat(chat.bot().owner("POST", "/activate", "").status()).isEqualTo(422);
  }

  @Test
  void aPersonsTokenIsRefused() {
    slack.answer("auth.test", Answer.json("{\"ok\":true,\"user\":\"ada\",\"user_id\":\"U7001\"}"));
    chat.bot()
        .owner("PATCH", "", "{\"platform_config\":{\"bot_token\":\"xoxp-7\"," + SIGNING + "}}");

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("token of a person");
  }

  @Test
  void withoutASigningSecretNobodyCouldBeBelieved() {
    var made = TestingSlackBot.draft(server, "\"app_token\":\"xapp-1\"", "");

    var refused = made.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.signing_secret");
  }

  @Test
  void scopesThatAreMissingAreNamed() {
    slack.scopes("chat:write,channels:history");

    assertThat(chat.bot().owner("POST", "/activate", "").json().path("to_do").toString())
        .contains("lacks app_mentions:read, im:history");
    assertThat(chat.bot().get("/health").text()).contains("lacks app_mentions:read, im:history");
  }

  @Test
  void aBrokenSlackIsAnOutageAndNoMistakeOfTheOwner() {
    slack.answer("auth.test", Answer.page(502));

    var answer = chat.bot().owner("POST", "/activate", "");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("platform_unavailable");
  }

  @Test
  void aPausedBotTakesNothing() {
    chat.bot().owner("POST", "/activate", "");
    var paused = chat.bot().owner("POST", "/pause", "").json();

    assertThat(paused.path("status").textValue()).isEqualTo("paused");
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(404);
  }

  @Test
  void healthTellsWhatIsWrong() {
    chat.bot().owner("POST", "/activate", "");
    assertThat(chat.bot().get("/health").text()).isEqualTo("{\"ok\":true,\"problems\":[]}");

    slack.answer("auth.test", Answer.error("account_inactive"));
    assertThat(chat.bot().get("/health").text())
        .contains("Bot User OAuth Token")
        .doesNotContain(chat.token());
  }

  @Test
  void withoutAnAddressThatSlackReachesActivatingSaysWhatToSet() {
    try (var unreachable = TestingServer.start()) {
      var made = TestingSlackBot.draft(unreachable, SIGNING, "");

      var refused = made.bot().owner("POST", "/activate", "");

      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.text()).contains("PENNYWORTH_PUBLIC_URL=https://", "app_token");
    }
  }
}
