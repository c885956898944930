package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingTelegram.Answer;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Telegram from end to end: the real library against a stub of the Bot API.
final class TelegramTest {
  private static final AtomicInteger BOTS = new AtomicInteger(1000);
  private static final String SECRET = "a-webhook_Secret";
  private static final String HEADER = "X-Telegram-Bot-Api-Secret-Token";

  private static TestingTelegram telegram;
  private static TestingOpenAiServer model;
  private static TestingServer server;

  private String token = "";
  private TestingBot bot;

  @BeforeAll
  static void start() {
    telegram = new TestingTelegram();
    model = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "TELEGRAM_API_URL",
                telegram.url(),
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
    telegram.answer(_ -> new Answer.Good());
    bot = bot("");
  }

  private TestingBot bot(String fields) {
    token = BOTS.incrementAndGet() + ":AAE-token_of_a_bot";
    return TestingBot.active(
        server,
        server.register(),
        """
        "platform":"telegram",
        "platform_config":{"bot_token":"%s","webhook_secret":"%s"}
        """
                .formatted(token, SECRET)
            + fields);
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
  void aBrokenTelegramIsAnOutageAndNoMistakeOfTheOwner() {
    telegram.answer("getme", new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));

    var answer = bot.owner("POST", "/activate", "");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.errorCode()).isEqualTo("platform_unavailable");
  }

  @Test
  void aMessageIsOneBilledTurnAndOneAnswer() {
    assertThat(say(1, "Hello?").status()).isEqualTo(200);

    awaitState(1, "sent");
    assertThat(telegram.texts(token)).hasSize(1).first().asString().contains("“Hello?”");
    var sent = telegram.calls(token, "sendmessage").getFirst().json();
    assertThat(sent.path("chat_id").asText()).isEqualTo("7001");
    assertThat(sent.at("/link_preview_options/is_disabled").booleanValue()).isTrue();
    assertThat(bot.ledger("?bot_id=" + bot.id()).text()).containsOnlyOnce("\"charge\"");
  }

  @Test
  void theSameUpdateFiftyTimesAtOnceIsOneTurnAndOneAnswer() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          threads.invokeAll(
              IntStream.range(0, 50)
                  .<Callable<TestingAnswer>>mapToObj(_ -> () -> say(5, "Hello?"))
                  .toList());
      for (var answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    awaitState(1, "sent");
    say(6, "And now?");
    awaitState(2, "sent");

    assertThat(telegram.texts(token)).hasSize(2);
    assertThat(count("turn")).isEqualTo(2);
  }

  @Test
  void aWrongOrMissingSecretIs401AndNothingIsStored() {
    var body = update(1, 7001, "Hello?");

    assertThat(post(body, HEADER, SECRET + "x").status()).isEqualTo(401);
    assertThat(post(body, HEADER, "").status()).isEqualTo(401);
    assertThat(post(body).status()).isEqualTo(401);
    assertThat(post(body).errorCode()).isEqualTo("bad_signature");

    assertThat(count("turn") + count("message") + count("conversation")).isZero();
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
    assertThat(post(body, HEADER, SECRET).status()).isEqualTo(200);
    assertThat(count("turn")).isZero();
  }

  @Test
  void tooManyAreRefusedSoThatTelegramSendsThemLater() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    say(1, "One");

    assertThat(say(2, "Two").status()).isEqualTo(429);
    assertThat(say(1, "One").status()).isEqualTo(200);
    assertThat(count("turn")).isEqualTo(1);
  }

  @Test
  void aPauseThatTelegramAsksForIsObeyed() {
    telegram.answer(
        "sendmessage",
        Answer.error(429, "Too Many Requests: retry after 30", "\"retry_after\":30"));
    say(1, "Hello?");
    awaitRetry();

    server.clock().advance(Duration.ofSeconds(29));
    assertThat(nextAttemptIsDue()).isFalse();
    server.clock().advance(Duration.ofSeconds(2));

    awaitState(1, "sent");
    assertThat(telegram.texts(token)).hasSize(2);
  }

  @Test
  void aPageOfAProxyInsteadOfAnAnswerIsTriedAgain() {
    telegram.answer("sendmessage", new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));
    say(1, "Hello?");
    awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    awaitState(1, "sent");
    assertThat(telegram.texts(token)).hasSize(2);
  }

  @Test
  void aLostAcknowledgementIsUnknownAndNotSentAgain() {
    telegram.answer("sendmessage", new Answer.Cut());
    say(1, "Hello?");
    awaitState(1, "unknown");
    server.clock().advance(Duration.ofHours(1));
    say(2, "And now?");
    awaitState(1, "sent");

    assertThat(count("outbox WHERE state = 'unknown' AND")).isEqualTo(1);
    assertThat(telegram.texts(token)).hasSize(2);
  }

  @Test
  void anAnswerThatCannotBeReadIsUnknownToo() {
    telegram.answer("sendmessage", new Answer.Status(200, "application/json", "{\"ok\":true,"));
    say(1, "Hello?");

    awaitState(1, "unknown");
    assertThat(telegram.texts(token)).hasSize(1);
  }

  @Test
  void aBlockedBotIsNotTriedAgain() {
    telegram.answer("sendmessage", Answer.error(403, "Forbidden: bot was blocked by the user", ""));
    say(1, "Hello?");

    awaitState(1, "failed");
    assertThat(telegram.texts(token)).hasSize(1);
  }

  @Test
  void whatTelegramCannotFormatComesPlain() {
    refuseFormatting();
    say(1, "1 < 2 & **three**");
    awaitState(1, "sent");

    assertThat(telegram.calls(token, "sendmessage")).hasSize(2);
    assertThat(telegram.texts(token).getFirst()).contains("1 &lt; 2");
    assertThat(telegram.texts(token).getLast()).contains("1 < 2 & **three**");
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
    bot = bot(",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    say(1, "Tell me everything");
    awaitState(1, "sent");

    var parts =
        telegram.calls(token, "sendmessage").stream()
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
    say(1, "First");
    awaitRetry();
    say(2, "Second");
    Eventually.holds("both have ended", () -> count("outbox WHERE") == 2);
    server.clock().advance(Duration.ofSeconds(5));
    Eventually.holds("it was tried again", () -> telegram.texts(token).size() == 2);
    Eventually.holds(
        "it waits", () -> count("outbox WHERE state = 'pending' AND attempts = 2 AND") == 1);
    server.clock().advance(Duration.ofSeconds(5));

    awaitState(2, "sent");
    assertThat(telegram.texts(token))
        .satisfiesExactly(
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("Second"));
  }

  @Test
  void pausingTakesTheWebhookBack() {
    var paused = bot.owner("POST", "/pause", "").json();

    assertThat(paused.path("status").textValue()).isEqualTo("paused");
    assertThat(telegram.calls(token, "deletewebhook")).hasSize(1);
    assertThat(say(1, "Hello?").status()).isEqualTo(404);
  }

  @Test
  void healthTellsWhatIsWrong() {
    telegram.webhookUrl(bot.get("").json().path("webhook_url").textValue());
    assertThat(bot.get("/health").text()).isEqualTo("{\"ok\":true,\"problems\":[]}");

    telegram.webhookUrl("https://example.com/other");
    assertThat(bot.get("/health").text()).contains("another address").contains("\"ok\":false");
    telegram.answer("getwebhookinfo", Answer.error(401, "Unauthorized", ""));
    assertThat(bot.get("/health").text()).contains("@BotFather").doesNotContain(token);
  }

  @Test
  void withoutAnAddressThatTelegramReachesActivatingSaysWhatToSet() {
    try (var unreachable = TestingServer.start()) {
      var made =
          TestingBot.draft(
              unreachable,
              unreachable.register(),
              "\"platform\":\"telegram\",\"platform_config\":{\"bot_token\":\"79:AAE\"}");

      var refused = made.owner("POST", "/activate", "");

      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.text()).contains("PENNYWORTH_PUBLIC_URL=https://");
    }
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

  private TestingAnswer say(int updateId, String text) {
    return post(update(updateId, 7001, text), HEADER, SECRET);
  }

  private TestingAnswer post(String body, String... headers) {
    return server.post("/api/bots/webhook/telegram/" + bot.id(), "", body, headers);
  }

  private static String update(int id, long chat, String text) {
    var mapper = new ObjectMapper();
    var update = mapper.createObjectNode().put("update_id", id);
    var message = update.putObject("message").put("message_id", id).put("date", 1790000000);
    message.putObject("from").put("id", chat).put("is_bot", false).put("first_name", "Ada");
    message.putObject("chat").put("id", chat).put("type", "private").put("first_name", "Ada");
    message.put("text", text);
    return update.toString();
  }

  private void awaitState(int count, String state) {
    Eventually.holds(
        "%d %s, with %s".formatted(count, state, states()),
        Duration.ofSeconds(60),
        () ->
            count("outbox WHERE lease_until = '-infinity' AND state = '" + state + "' AND")
                == count);
  }

  private void awaitRetry() {
    Eventually.holds(
        "one is to be tried again",
        () ->
            count(
                    "outbox WHERE lease_until = '-infinity' AND state = 'pending' AND attempts = 1 AND")
                == 1);
  }

  private List<String> states() {
    return jdbi()
        .withHandle(handle ->
            handle
                .select("SELECT state FROM outbox WHERE team_id = ?", bot.team().id().uuid())
                .mapTo(String.class)
                .list());
  }

  private boolean nextAttemptIsDue() {
    return jdbi()
        .withHandle(handle ->
            handle
                .select(
                    "SELECT next_attempt_at <= ? FROM outbox WHERE team_id = ?",
                    server.clock().instant(),
                    bot.team().id().uuid())
                .mapTo(Boolean.class)
                .one());
  }

  /// @param from a table, or one with a condition that ends with AND
  private int count(String from) {
    var where = from.contains("WHERE") ? from : from + " WHERE";
    return jdbi()
        .withHandle(handle ->
            handle
                .select("SELECT count(*) FROM " + where + " team_id = ?", bot.team().id().uuid())
                .mapTo(Integer.class)
                .one());
  }

  private static Jdbi jdbi() {
    return server.bean(Jdbi.class);
  }
}
