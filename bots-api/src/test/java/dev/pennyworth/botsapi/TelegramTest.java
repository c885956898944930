package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingTelegram.Answer;
import dev.pennyworth.botsapi.TestingTelegram.Call;
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

/// Telegram from end to end: the real library against a stub of the Bot API.
final class TelegramTest {
  private static TestingTelegram telegram;
  private static TestingOpenAiServer model;
  private static TestingServer server;

  private TestingTelegramBot chat;

  @BeforeAll
  static void start() {
    telegram = new TestingTelegram();
    model = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "TELEGRAM_API_URL",
                telegram.url(),
                "PENNYWORTH_PUBLIC_URL",
                TestingTelegramBot.PUBLIC_URL,
                "OPENAI_BASE_URL",
                model.baseUrl().toString(),
                "OPENAI_API_KEY",
                "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
    telegram.close();
  }

  @BeforeEach
  void create() {
    telegram.startOver();
    chat = TestingTelegramBot.active(server, "");
  }

  @Test
  void aMessageIsOneBilledTurnAndOneAnswer() {
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(200);

    chat.awaitState(1, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(1).first().asString().contains("“Hello?”");
    var sent = telegram.calls(chat.token(), "sendmessage").getFirst().json();
    assertThat(sent.path("chat_id").asText()).isEqualTo("7001");
    assertThat(sent.at("/link_preview_options/is_disabled").booleanValue()).isTrue();
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
  }

  @Test
  void theSameUpdateFiftyTimesAtOnceIsOneTurnAndOneAnswer() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          threads.invokeAll(
              IntStream.range(0, 50)
                  .<Callable<TestingAnswer>>mapToObj(_ -> () -> chat.say(5, "Hello?"))
                  .toList());
      for (var answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    chat.awaitState(1, "sent");
    chat.say(6, "And now?");
    chat.awaitState(2, "sent");

    assertThat(telegram.texts(chat.token())).hasSize(2);
    assertThat(chat.count("turn")).isEqualTo(2);
  }

  @Test
  void aWrongOrMissingSecretIs401AndNothingIsStored() {
    var body = TestingTelegramBot.update(1, 7001, "Hello?");

    assertThat(chat.post(body, TestingTelegramBot.HEADER, TestingTelegramBot.SECRET + "x").status())
        .isEqualTo(401);
    assertThat(chat.post(body, TestingTelegramBot.HEADER, "").status()).isEqualTo(401);
    assertThat(chat.post(body).status()).isEqualTo(401);
    assertThat(chat.post(body).errorCode()).isEqualTo("bad_signature");

    assertThat(chat.count("turn") + chat.count("message") + chat.count("conversation")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"update_id\":1",
        "{\"update_id\":\"x\",\"message\":7}",
        "{\"message\":{\"text\":\"x\"}}",
        "{\"update_id\":1,\"message\":{\"text\":\"x\",\"from\":{},\"chat\":{}}}",
        "{\"update_id\":1,\"edited_message\":{\"message_id\":1}}"
      })
  void whatIsNoMessageIsLetPass(String body) {
    assertThat(chat.post(body, TestingTelegramBot.HEADER, TestingTelegramBot.SECRET).status())
        .isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void tooManyAreRefusedSoThatTelegramSendsThemLater() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    chat.say(1, "One");

    assertThat(chat.say(2, "Two").status()).isEqualTo(429);
    assertThat(chat.say(1, "One").status()).isEqualTo(200);
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void aPauseThatTelegramAsksForIsObeyed() {
    telegram.answer(
        "sendmessage",
        Answer.error(429, "Too Many Requests: retry after 30", "\"retry_after\":30"));
    chat.say(1, "Hello?");
    chat.awaitRetry();

    server.clock().advance(Duration.ofSeconds(29));
    assertThat(chat.nextAttemptIsDue()).isFalse();
    server.clock().advance(Duration.ofSeconds(2));

    chat.awaitState(1, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(2);
  }

  @Test
  void aPageOfAProxyInsteadOfAnAnswerIsTriedAgain() {
    telegram.answer("sendmessage", new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));
    chat.say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(2);
  }

  @Test
  void aLostAcknowledgementIsUnknownAndNotSentAgain() {
    telegram.answer("sendmessage", new Answer.Cut());
    chat.say(1, "Hello?");
    chat.awaitState(1, "unknown");
    server.clock().advance(Duration.ofHours(1));
    chat.say(2, "And now?");
    chat.awaitState(1, "sent");

    assertThat(chat.count("outbox WHERE state = 'unknown' AND")).isEqualTo(1);
    assertThat(telegram.texts(chat.token())).hasSize(2);
  }

  @Test
  void anAnswerThatCannotBeReadIsUnknownToo() {
    telegram.answer("sendmessage", new Answer.Status(200, "application/json", "{\"ok\":true,"));
    chat.say(1, "Hello?");

    chat.awaitState(1, "unknown");
    assertThat(telegram.texts(chat.token())).hasSize(1);
  }

  @Test
  void aBlockedBotIsNotTriedAgain() {
    telegram.answer("sendmessage", Answer.error(403, "Forbidden: bot was blocked by the user", ""));
    chat.say(1, "Hello?");

    chat.awaitState(1, "failed");
    assertThat(telegram.texts(chat.token())).hasSize(1);
  }

  @Test
  void whatTelegramCannotFormatComesPlain() {
    refuseFormatting();
    chat.say(1, "1 < 2 & **three**");
    chat.awaitState(1, "sent");

    assertThat(telegram.calls(chat.token(), "sendmessage")).hasSize(2);
    assertThat(telegram.texts(chat.token()).getFirst()).contains("1 &lt; 2");
    assertThat(telegram.texts(chat.token()).getLast()).contains("1 < 2 & **three**");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aVeryLongAnswerArrivesWhole(boolean isFormatted) {
    var text = longText();
    model.replies(request ->
        request.body().path("stream").asBoolean()
            ? TestingOpenAiServer.streamed(text, 10, 100)
            : TestingOpenAiServer.completion(text, 10, 100));
    if (!isFormatted) {
      refuseFormatting();
    }
    chat =
        TestingTelegramBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    chat.say(1, "Tell me everything");
    chat.awaitState(1, "sent");

    var parts =
        telegram.calls(chat.token(), "sendmessage").stream()
            .filter(call -> call.isFormatted() == isFormatted)
            .map(Call::text)
            .toList();
    assertThat(text.length()).isGreaterThan(30_000);
    assertThat(characters(String.join("", parts))).isEqualTo(characters(text));
    if (!isFormatted) {
      assertThat(parts).allSatisfy(part -> assertThat(part.length()).isLessThanOrEqualTo(4_096));
      assertThat(parts).allSatisfy(part -> assertThat(part.split("```", -1).length % 2).isOne());
    }
  }

  @Test
  void answersOfAChatComeInItsOrder() {
    telegram.answer(
        "sendmessage",
        new Answer.Status(502, "text/html", "<html></html>"),
        new Answer.Status(502, "text/html", "<html></html>"));
    chat.say(1, "First");
    chat.awaitRetry();
    chat.say(2, "Second");
    Eventually.holds("both have ended", () -> chat.count("outbox WHERE") == 2);
    server.clock().advance(Duration.ofSeconds(5));
    Eventually.holds("it was tried again", () -> telegram.texts(chat.token()).size() == 2);
    Eventually.holds(
        "it waits", () -> chat.count("outbox WHERE state = 'pending' AND attempts = 2 AND") == 1);
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(2, "sent");
    assertThat(telegram.texts(chat.token()))
        .satisfiesExactly(
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("Second"));
  }

  private void refuseFormatting() {
    telegram.answer(call ->
        call.method().equals("sendmessage") && call.isFormatted()
            ? Answer.error(400, "Bad Request: can't parse entities: unsupported start tag", "")
            : new Answer.Good());
  }

  private static String longText() {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 30_000; i++) {
      text.append(
              "Paragraph %d tells of 👩‍👩‍👧 and of é, and it goes on. مرحبا بالعالم، هذا نص طويل. "
                  .formatted(i)
                  .repeat(5))
          .append("\n\n```\nint x%d = 1 < 2 && 3 > 2;\n".formatted(i))
          .append("call(x%d);\n".formatted(i).repeat(i % 9 == 0 ? 150 : 3))
          .append("```\n\n");
    }
    return text.toString();
  }

  /// What a reader reads: fences, tags and blanks do not count.
  private static String characters(String text) {
    return text.replaceAll("</?(pre|b|i|code)>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replaceAll("[\\s`]+", "");
  }
}
