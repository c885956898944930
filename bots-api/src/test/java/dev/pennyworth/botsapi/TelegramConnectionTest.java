package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingTelegram.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Activating, pausing and looking at bots on Telegram.
final class TelegramConnectionTest {
  private static TestingTelegram telegram;
  private static TestingServer server;

  private TestingTelegramBot chat;

  @BeforeAll
  static void start() {
    telegram = new TestingTelegram();
    server =
        TestingServer.start(
            Map.of(
                "TELEGRAM_API_URL",
                telegram.url(),
                "PENNYWORTH_PUBLIC_URL",
                TestingTelegramBot.PUBLIC_URL));
  }

  @AfterAll
  static void stop() {
    server.close();
    telegram.close();
  }

  @BeforeEach
  void create() {
    telegram.startOver();
    chat = TestingTelegramBot.active(server, "");
  }

  @Test
  void activatingChecksTheTokenAndSetsTheWebhook() {
    var made = TestingBot.draft(server, server.register(), "\"platform\":\"telegram\"");
    made.owner("PATCH", "", "{\"platform_config\":{\"bot_token\":\"77:AAE\"}}");

    var active = made.owner("POST", "/activate", "").json();

    assertThat(active.path("status").textValue()).isEqualTo("active");
    assertThat(active.path("done")).hasSize(2);
    assertThat(active.path("to_do")).isEmpty();
    assertThat(active.at("/values/chat_url").textValue()).endsWith("/penny_test_bot");
    assertThat(telegram.calls("77:AAE", "getme")).hasSize(1);
    var set = telegram.calls("77:AAE", "setwebhook").getFirst().body();
    assertThat(set)
        .contains(active.path("webhook_url").textValue())
        .contains("[\"message\"]")
        .contains("whs_"); // a secret was made
  }

  @Test
  void aTokenThatTelegramDoesNotKnowIsRefusedAndTheBotStaysADraft() {
    var made =
        TestingBot.draft(
            server,
            server.register(),
            "\"platform\":\"telegram\",\"platform_config\":{\"bot_token\":\"78:AAE\"}");
    telegram.answer("getme", Answer.error(401, "Unauthorized", ""));

    var refused = made.owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.errorCode()).isEqualTo("invalid_value");
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.bot_token");
    assertThat(refused.text()).contains("@BotFather").doesNotContain("78:AAE");
    assertThat(made.get("").json().path("status").textValue()).isEqualTo("draft");
  }

  @Test
  void aTokenThatTelegramDoesNotKnowLeavesAnActiveBotAsItWas() {
    telegram.answer("getme", Answer.error(401, "Unauthorized", ""));

    var refused = change("{\"bot_token\":\"79:AAE\"}", ",\"description\":\"Another\"");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config.bot_token");
    assertThat(chat.bot().get("").text()).doesNotContain("Another");
    assertThat(telegram.calls(chat.token(), "deletewebhook")).isEmpty();
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(200);
    chat.awaitState(1, "sent");
  }

  @Test
  void aTelegramThatCannotBeAskedLeavesAnActiveBotAsItWas() {
    telegram.answer("getme", new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));

    assertThat(change("{\"bot_token\":\"80:AAE\"}", "").status()).isEqualTo(503);

    chat.say(1, "Hello?");
    chat.awaitState(1, "sent");
  }

  @Test
  void aBotMovesToAnotherOneOfTelegramsAtOnce() {
    var changed = change("{\"bot_token\":\"81:AAE\",\"webhook_secret\":\"new\"}", "");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(telegram.calls("81:AAE", "setwebhook").getFirst().body())
        .contains(changed.json().path("webhook_url").textValue())
        .contains("\"new\"");
    assertThat(telegram.calls(chat.token(), "deletewebhook")).hasSize(1);
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(401);
    var update = TestingTelegramBot.update(1, 7001, "Hello?");
    assertThat(chat.post(update, TestingTelegramBot.HEADER, "new").status()).isEqualTo(200);
    chat.awaitState(1, "sent");
    assertThat(telegram.texts("81:AAE")).hasSize(1);
  }

  @Test
  void aNewSecretIsToldToTelegramAndItsWebhookStays() {
    assertThat(change("{\"webhook_secret\":\"newer\"}", "").status()).isEqualTo(200);

    assertThat(telegram.calls(chat.token(), "setwebhook").getLast().body()).contains("\"newer\"");
    assertThat(telegram.calls(chat.token(), "deletewebhook")).isEmpty();
  }

  @Test
  void aChangeThatIsWrongElsewhereIsNotTriedWithTelegram() {
    assertThat(change("{\"bot_token\":\"82:AAE\"}", ",\"timeout_ms\":-1").status()).isEqualTo(422);

    assertThat(telegram.calls("82:AAE", "getme")).isEmpty();
  }

  private TestingAnswer change(String credentials, String more) {
    return chat.bot().owner("PATCH", "", "{\"platform_config\":%s%s}".formatted(credentials, more));
  }

  @Test
  void aBrokenTelegramIsAnOutageAndNoMistakeOfTheOwner() {
    telegram.answer("getme", new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));

    var answer = chat.bot().owner("POST", "/activate", "");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("platform_unavailable");
  }

  @Test
  void pausingTakesTheWebhookBack() {
    var paused = chat.bot().owner("POST", "/pause", "").json();

    assertThat(paused.path("status").textValue()).isEqualTo("paused");
    assertThat(telegram.calls(chat.token(), "deletewebhook")).hasSize(1);
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(404);
  }

  @Test
  void healthTellsWhatIsWrong() {
    telegram.webhookUrl(chat.bot().get("").json().path("webhook_url").textValue());
    assertThat(chat.bot().get("/health").text()).isEqualTo("{\"ok\":true,\"problems\":[]}");

    telegram.webhookUrl("https://example.com/other");
    assertThat(chat.bot().get("/health").text())
        .contains("another address")
        .contains("\"ok\":false");
    telegram.answer("getwebhookinfo", Answer.error(401, "Unauthorized", ""));
    assertThat(chat.bot().get("/health").text())
        .contains("@BotFather")
        .doesNotContain(chat.token());
  }
}
