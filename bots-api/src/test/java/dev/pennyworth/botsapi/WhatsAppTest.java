package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingWhatsApp.Call;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WhatsApp from end to end, against a stub of the Graph API.
final class WhatsAppTest {
  private static TestingWhatsApp whatsapp;
  private static TestingOpenAiServer model;
  private static TestingServer server;

  private TestingWhatsAppBot chat;

  @BeforeAll
  static void start() {
    whatsapp = new TestingWhatsApp();
    model = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "WHATSAPP_API_URL",
                whatsapp.url(),
                "OPENAI_BASE_URL",
                model.baseUrl().toString(),
                "OPENAI_API_KEY",
                "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
    whatsapp.close();
  }

  @BeforeEach
  void create() {
    whatsapp.startOver();
    chat = TestingWhatsAppBot.active(server, "");
  }

  @Test
  void aMessageIsOneBilledTurnAndOneAnswer() {
    assertThat(chat.say("1", "Hello?").status()).isEqualTo(200);

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).hasSize(1).first().asString().contains("“Hello?”");
    var sent = whatsapp.sent(chat.number()).getFirst();
    assertThat(sent.version()).matches("v\\d+\\.0");
    assertThat(sent.authorization()).isEqualTo("Bearer " + TestingWhatsAppBot.ACCESS_TOKEN);
    assertThat(sent.query())
        .isEqualTo(
            "appsecret_proof="
                + TestingWhatsAppBot.signature(
                        TestingWhatsAppBot.APP_SECRET, TestingWhatsAppBot.ACCESS_TOKEN)
                    .substring("sha256=".length()));
    assertThat(sent.json().path("to").asText()).isEqualTo(TestingWhatsAppBot.ADA);
    assertThat(sent.json().path("messaging_product").asText()).isEqualTo("whatsapp");
    assertThat(sent.json().has("context")).isFalse();
    assertThat(sent.json().at("/text/preview_url").booleanValue()).isFalse();
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
  }

  @Test
  void theSameMessageFiftyTimesAtOnceIsOneTurnAndOneAnswer() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          threads.invokeAll(
              IntStream.range(0, 50)
                  .<Callable<TestingAnswer>>mapToObj(_ -> () -> chat.say("5", "Hello?"))
                  .toList());
      for (var answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    chat.awaitState(1, "sent");
    chat.say("6", "And now?");
    chat.awaitState(2, "sent");

    assertThat(whatsapp.texts(chat.number())).hasSize(2);
    assertThat(chat.count("turn")).isEqualTo(2);
  }

  @Test
  void severalMessagesInOneBodyAreTurnsInTheirOrder() {
    var body =
        chat.webhook(
            chat.message("1", TestingWhatsAppBot.ADA, "First"),
            chat.message("2", "4915550000", "Other"),
            chat.message("3", TestingWhatsAppBot.ADA, "Second"));

    assertThat(chat.post(body).status()).isEqualTo(200);
    chat.awaitState(3, "sent");
    assertThat(chat.post(body).status()).isEqualTo(200);

    assertThat(chat.count("turn")).isEqualTo(3);
    assertThat(
            whatsapp.sent(chat.number()).stream()
                .filter(call -> call.json().path("to").asText().equals(TestingWhatsAppBot.ADA))
                .map(Call::text))
        .satisfiesExactly(
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("Second"));
  }

  @Test
  void aWrongOrMissingSignatureIs401AndNothingIsStored() {
    var body = chat.webhook(chat.message("1", TestingWhatsAppBot.ADA, "Hello?"));
    var good = TestingWhatsAppBot.signature(TestingWhatsAppBot.APP_SECRET, body);

    assertThat(chat.post(body + " ", TestingWhatsAppBot.HEADER, good).status()).isEqualTo(401);
    assertThat(
            chat.post(
                    body,
                    TestingWhatsAppBot.HEADER,
                    TestingWhatsAppBot.signature("another secret", body))
                .status())
        .isEqualTo(401);
    assertThat(
            chat.post(body, TestingWhatsAppBot.HEADER, good.substring("sha256=".length())).status())
        .isEqualTo(401);
    assertThat(chat.post(body, TestingWhatsAppBot.HEADER, "").status()).isEqualTo(401);
    assertThat(chat.post(body, "X-Other", "1").errorCode()).isEqualTo("bad_signature");

    assertThat(chat.count("turn") + chat.count("message") + chat.count("conversation")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"entry\":[{",
        "{\"entry\":7}",
        "{\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":null}]}]}",
        "{\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":{\"messages\":[7]}}]}]}"
      })
  void whatIsNoMessageIsLetPass(String body) {
    assertThat(chat.post(body).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void messagesForAnotherNumberAreLetPass() {
    var other = TestingWhatsAppBot.active(server, "");

    var body = other.webhook(other.message("1", TestingWhatsAppBot.ADA, "Hello?"));

    assertThat(chat.post(body).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void aMessageIsTakenHoweverLateItComes() {
    var late = chat.webhook(chat.message("1", TestingWhatsAppBot.ADA, "Hello?"));
    server.clock().advance(Duration.ofDays(3));

    assertThat(chat.post(late).status()).isEqualTo(200);

    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void whatIsOverTheLimitComesAgainAndTheOthersAreTaken() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    var body =
        chat.webhook(
            chat.message("1", TestingWhatsAppBot.ADA, "One"),
            chat.message("2", TestingWhatsAppBot.ADA, "Two"),
            chat.message("3", "4915550000", "Other"));

    assertThat(chat.post(body).status()).isEqualTo(429);
    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(chat.post(body).status()).isEqualTo(429);
    assertThat(chat.count("turn")).isEqualTo(2);

    server.clock().advance(Duration.ofMinutes(1));
    assertThat(chat.post(body).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aVeryLongAnswerArrivesWhole(boolean isDense) {
    var text = longText(isDense);
    model.replies(request ->
        request.body().path("stream").asBoolean()
            ? TestingOpenAiServer.streamed(text, 10, 100)
            : TestingOpenAiServer.completion(text, 10, 100));
    chat =
        TestingWhatsAppBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    chat.say("1", "Tell me everything");
    chat.awaitState(1, "sent");

    var parts = whatsapp.texts(chat.number());
    assertThat(text.length()).isGreaterThan(30_000);
    assertThat(characters(String.join("", parts))).isEqualTo(characters(text));
    assertThat(parts).allSatisfy(part -> assertThat(part.length()).isLessThanOrEqualTo(4_096));
    assertThat(parts).allSatisfy(part -> assertThat(part.split("```", -1).length % 2).isOne());
  }

  @Test
  void whileATurnRunsTheMessageIsReadAndTheBotIsTyping() {
    model.replies(request -> {
      Eventually.holds(
          "it shows typing",
          () ->
              whatsapp.calls(chat.number()).stream()
                  .anyMatch(call -> call.body().contains("typing_indicator")));
      return request.body().path("stream").asBoolean()
          ? TestingOpenAiServer.streamed("Here", 10, 100)
          : TestingOpenAiServer.completion("Here", 10, 100);
    });
    chat =
        TestingWhatsAppBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    chat.say("1", "Hello?");
    chat.awaitState(1, "sent");

    var typing =
        whatsapp.calls(chat.number()).stream()
            .filter(call -> call.body().contains("typing_indicator"))
            .toList();
    assertThat(typing).hasSize(1);
    assertThat(typing.getFirst().json().path("status").asText()).isEqualTo("read");
    assertThat(typing.getFirst().json().path("message_id").asText()).isEqualTo("wamid.1");
  }

  @Test
  void aVoiceMessageIsToldThatOnlyTextIsReadAndCostsNothing() {
    var voice = chat.message("1", TestingWhatsAppBot.ADA, "");
    voice.put("type", "audio").remove("text");
    voice.putObject("audio").put("id", "1").put("mime_type", "audio/ogg").put("voice", true);

    assertThat(chat.post(chat.webhook(voice)).status()).isEqualTo(200);

    chat.awaitState(1, "sent");
    assertThat(whatsapp.texts(chat.number())).containsExactly("I can only read text so far.");
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text()).doesNotContain("charge");
  }

  @Test
  void inAGroupTheAnswerIsAReplyThere() {
    var message = chat.message("1", TestingWhatsAppBot.ADA, "@15550783881 Hello?");
    message.put("group_id", "Y2FwaV9ncm91cA");

    chat.post(chat.webhook(message));

    chat.awaitState(1, "sent");
    var sent = whatsapp.sent(chat.number()).getFirst().json();
    assertThat(sent.path("recipient_type").asText()).isEqualTo("group");
    assertThat(sent.path("to").asText()).isEqualTo("Y2FwaV9ncm91cA");
    assertThat(sent.at("/context/message_id").asText()).isEqualTo("wamid.1");
  }

  @Test
  void whoHidesTheNumberIsAnsweredByTheId() {
    var message = chat.message("1", "", "Hello?");
    message.put("from_user_id", "US.13491208655302741918").remove("from");

    chat.post(chat.webhook(message));

    chat.awaitState(1, "sent");
    var sent = whatsapp.sent(chat.number()).getFirst().json();
    assertThat(sent.path("recipient").asText()).isEqualTo("US.13491208655302741918");
    assertThat(sent.has("to")).isFalse();
  }

  /// @param isDense one without blanks or lines, which is cut anywhere
  private static String longText(boolean isDense) {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 40_000; i++) {
      text.append(
              "Paragraph %d tells of 👩‍👩‍👧 and of é, and it goes on. مرحبا بالعالم، هذا نص طويل. "
                  .formatted(i)
                  .repeat(5))
          .append("\n\n```\nint x%d = 1 < 2 && 3 > 2;\n".formatted(i))
          .append("call(x%d);\n".formatted(i).repeat(i % 9 == 0 ? 150 : 3))
          .append("```\n\n");
    }
    return isDense ? text.toString().replaceAll("[\\s`]+", "") : text.toString();
  }

  /// What a reader reads: fences and blanks do not count.
  private static String characters(String text) {
    return text.replaceAll("[\\s`]+", "");
  }
}
