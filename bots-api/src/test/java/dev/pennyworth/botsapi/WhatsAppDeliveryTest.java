package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingWhatsApp.Answer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How replies reach WhatsApp when it is slow, broken, silent or unwilling.
final class WhatsAppDeliveryTest {
  private static TestingWhatsApp whatsapp;
  private static TestingServer server;

  private TestingWhatsAppBot chat;

  @BeforeAll
  static void start() {
    whatsapp = new TestingWhatsApp();
    server = TestingServer.start(Map.of("WHATSAPP_API_URL", whatsapp.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
    whatsapp.close();
  }

  @BeforeEach
  void create() {
    whatsapp.startOver();
    chat = TestingWhatsAppBot.active(server, "");
  }

  @ParameterizedTest
  @CsvSource({"400,130429,30,29", "400,131056,0,5", "429,80007,0,59", "400,131048,0,899"})
  void aSlowerPaceIsObeyed(int status, int code, int retryAfter, int notBefore) {
    whatsapp.answerTexts(Answer.slower(status, code, retryAfter));
    chat.say("1", "Hello?");
    chat.awaitRetry();

    server.clock().advance(Duration.ofSeconds(notBefore));
    assertThat(chat.nextAttemptIsDue()).isFalse();
    server.clock().advance(Duration.ofSeconds(2));

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"500,131000", "500,2", "400,131016", "503,0"})
  void aBrokenWhatsAppIsTriedAgain(int status, int code) {
    whatsapp.answerTexts(Answer.error(status, code, "Something went wrong", "Later"));
    chat.say("1", "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {502, 404})
  void aPageOfAProxyInsteadOfAnAnswerIsTriedAgain(int status) {
    whatsapp.answerTexts(new Answer.Status(status, "text/html", "<html>Bad Gateway</html>"));
    chat.say("1", "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(2);
  }

  @Test
  void aLostAcknowledgementIsUnknownAndNotSentAgain() {
    whatsapp.answerTexts(new Answer.Cut());
    chat.say("1", "Hello?");
    chat.awaitState(1, "unknown");
    server.clock().advance(Duration.ofHours(1));
    chat.say("2", "And now?");
    chat.awaitState(1, "sent");

    assertThat(chat.column("state")).containsExactly("unknown", "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"messages\":[", "[]", "<html>hello</html>"})
  void anAnswerThatCannotBeReadIsUnknownToo(String body) {
    whatsapp.answerTexts(new Answer.Status(200, "application/json", body));
    chat.say("1", "Hello?");

    chat.awaitState(1, "unknown");
    assertThat(whatsapp.texts(chat.number())).hasSize(1);
  }

  @Test
  void anAnswerThatNamesNoMessageButNoErrorEitherIsTaken() {
    whatsapp.answerTexts(new Answer.Status(200, "application/json", "{}"));
    chat.say("1", "Hello?");

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "400,131047,24-hour window",
    "401,190,platform_config.access_token",
    "403,10,whatsapp_business_messaging",
    "400,131026,not on WhatsApp",
    "400,131030,test mode",
    "400,131009,It is odd (131009)"
  })
  void whatIsRefusedIsToldInAPersonsWordsAndNotTriedAgain(int status, int code, String told) {
    whatsapp.answerTexts(Answer.error(status, code, "Refused", "It is odd"));
    chat.say("1", "Hello?");

    chat.awaitState(1, "failed");
    assertThat(whatsapp.texts(chat.number())).hasSize(1);
    assertThat(chat.column("error").getFirst())
        .contains(told)
        .doesNotContain(TestingWhatsAppBot.ACCESS_TOKEN);
  }

  @Test
  void answersOfAChatComeInItsOrder() {
    whatsapp.answerTexts(new Answer.Status(502, "text/html", "<html></html>"));
    chat.say("1", "First");
    chat.awaitRetry();
    chat.say("2", "Second");
    Eventually.holds("both have ended", () -> chat.count("outbox WHERE") == 2);
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(2, "sent");
    assertThat(whatsapp.texts(chat.number()))
        .satisfiesExactly(
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("Second"));
  }
}
