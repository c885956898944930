package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingWhatsApp.Answer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Verifying, activating, pausing and looking at bots on WhatsApp.
final class WhatsAppConnectionTest {
  private static final String HANDSHAKE = "?hub.mode=subscribe&hub.challenge=1158201444";
  private static final String GOOD =
      HANDSHAKE + "&hub.verify_token=" + TestingWhatsAppBot.VERIFY_TOKEN;

  private static TestingWhatsApp whatsapp;
  private static TestingServer server;

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
  void isWell() {
    whatsapp.startOver();
  }

  @Test
  void theHandshakeGivesTheChallengeBackAlsoToADraftAndAPausedBot() {
    var chat = TestingWhatsAppBot.draft(server, "", "");
    assertThat(chat.verify(GOOD).text()).isEqualTo("1158201444");

    chat.bot().owner("POST", "/activate", "");
    assertThat(chat.verify(GOOD).status()).isEqualTo(200);
    chat.bot().owner("POST", "/pause", "");

    var answer = chat.verify(GOOD);
    assertThat(answer.text()).isEqualTo("1158201444");
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HANDSHAKE,
        HANDSHAKE + "&hub.verify_token=",
        HANDSHAKE + "&hub.verify_token=another",
        "?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-token-of-a-test",
        "?hub.challenge=1&hub.verify_token=verify-token-of-a-test",
        ""
      })
  void withoutTheVerifyTokenTheHandshakeIs403(String query) {
    var answer = TestingWhatsAppBot.draft(server, "", "").verify(query);

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).doesNotContain("1158201444");
  }

  @Test
  void nobodyElsesAddressAnswersTheHandshake() {
    var custom = TestingBot.active(server, server.register(), "");

    assertThat(server.get("/api/bots/webhook/whatsapp/" + custom.id() + GOOD, "").status())
        .isEqualTo(404);
    assertThat(server.get("/api/bots/webhook/whatsapp/bt_1" + GOOD, "").status()).isEqualTo(404);
  }

  @Test
  void activatingChecksTheCredentialsAndTellsWhatToPaste() {
    var chat = TestingWhatsAppBot.draft(server, "", "");

    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("status").textValue()).isEqualTo("active");
    assertThat(active.at("/values/callback_url").textValue())
        .isEqualTo(active.path("webhook_url").textValue())
        .endsWith("/api/bots/webhook/whatsapp/" + chat.bot().id());
    assertThat(active.at("/values/verify_token").textValue())
        .isEqualTo(TestingWhatsAppBot.VERIFY_TOKEN);
    assertThat(active.at("/values/webhook_field").textValue()).isEqualTo("messages");
    assertThat(active.at("/values/chat_url").textValue()).isEqualTo("https://wa.me/15550783881");
    assertThat(active.path("done")).hasSize(1);
    assertThat(active.path("to_do")).hasSize(3);
    assertThat(whatsapp.calls(chat.number())).hasSize(1);
  }

  @Test
  void withABusinessAccountTheAppIsSubscribedToIt() {
    var chat = TestingWhatsAppBot.draft(server, ",\"business_account_id\":\"1022901\"", "");

    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("done")).hasSize(2);
    assertThat(active.path("to_do")).hasSize(2);
    var call = whatsapp.calls("1022901").getFirst();
    assertThat(call.method() + " " + call.edge()).isEqualTo("POST subscribed_apps");
  }

  @ParameterizedTest
  @CsvSource({
    "401,190,Malformed access token EAAG-token-of-a-test,access_token",
    "400,100,Invalid appsecret_proof provided in the API argument,app_secret",
    "400,100,Unsupported get request. Object does not exist,phone_number_id",
    "403,10,Application does not have permission,phone_number_id"
  })
  void aRefusedCredentialIsNamedAndTheBotStaysADraft(
      int status, int code, String said, String field) {
    var chat = TestingWhatsAppBot.draft(server, "", "");
    whatsapp.answer(_ -> Answer.error(status, code, said, said));

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config." + field);
    assertThat(refused.text()).doesNotContain(TestingWhatsAppBot.ACCESS_TOKEN);
    assertThat(chat.bot().get("").json().path("status").textValue()).isEqualTo("draft");
  }

  @ParameterizedTest
  @ValueSource(strings = {"phone_number_id", "access_token", "app_secret", "verify_token"})
  void aMissingCredentialIsNamed(String field) {
    var chat = TestingWhatsAppBot.draft(server, "", "");
    chat.bot().owner("PATCH", "", "{\"platform_config\":{\"%s\":null}}".formatted(field));

    var refused = chat.bot().owner("POST", "/activate", "");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("platform_config." + field);
    assertThat(whatsapp.calls(chat.number())).isEmpty();
  }

  @Test
  void aBrokenWhatsAppIsAnOutageAndNoMistakeOfTheOwner() {
    var chat = TestingWhatsAppBot.draft(server, "", "");
    whatsapp.answer(_ -> new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));

    var answer = chat.bot().owner("POST", "/activate", "");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("platform_unavailable");
  }

  @Test
  void aPausedBotAnswersNobodyAndTellsWhatIsLeftToDo() {
    var chat = TestingWhatsAppBot.active(server, "");

    var paused = chat.bot().owner("POST", "/pause", "").json();

    assertThat(paused.path("status").textValue()).isEqualTo("paused");
    assertThat(paused.path("to_do").path(0).textValue()).contains("app dashboard");
    assertThat(chat.say("1", "Hello?").status()).isEqualTo(404);
  }

  @Test
  void healthTellsWhatIsWrong() {
    var chat = TestingWhatsAppBot.draft(server, ",\"business_account_id\":\"1022902\"", "");
    chat.bot().owner("POST", "/activate", "");
    assertThat(chat.bot().get("/health").text()).isEqualTo("{\"ok\":true,\"problems\":[]}");

    whatsapp.answer(call ->
        new Answer.Status(
            200,
            "application/json",
            call.edge().isEmpty()
                ? """
                {"quality_rating":"RED","health_status":{"entities":[{"errors":[
                  {"error_description":"No payment method.","possible_solution":"Add one."}]}]}}
                """
                : "{\"data\":[]}"));
    assertThat(chat.bot().get("/health").json().path("problems")).hasSize(3);
    assertThat(chat.bot().get("/health").text()).contains("No payment method. Add one.");

    whatsapp.answer(_ -> Answer.error(401, 190, "Expired", "Session has expired"));
    assertThat(chat.bot().get("/health").text()).contains("platform_config.access_token");
  }

  @Test
  void withoutAnAddressThatWhatsAppReachesActivatingSaysWhatToSet() {
    try (var unreachable = TestingServer.start()) {
      var refused =
          TestingWhatsAppBot.draft(unreachable, "", "").bot().owner("POST", "/activate", "");

      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.text()).contains("PENNYWORTH_PUBLIC_URL=https://");
    }
  }
}
