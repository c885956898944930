package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingTelegram.Answer;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How replies share the way out, and what owners see of those that did not arrive.
final class TelegramDeliveryTest {
  private static final long SECOND_NANOS = 1_000_000_000;

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
    model.replies(request -> {
      var text = request.text().contains("everything") ? "word ".repeat(6_000) : "Short.";
      return request.body().path("stream").asBoolean()
          ? TestingOpenAiServer.streamed(text, 10, 100)
          : TestingOpenAiServer.completion(text, 10, 100);
    });
    chat =
        TestingTelegramBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
  }

  @Test
  void shortAnswersDoNotWaitForLongOnesInOtherChats() {
    for (int i = 1; i <= 5; i++) {
      chat.say(i, 100 + i, "Tell me everything");
    }
    Eventually.holds("the long ones are under way", () -> texts("10[1-5]").size() >= 5);
    for (int i = 1; i <= 9; i++) {
      chat.say(10 + i, 200 + i, "Hello?");
    }
    chat.awaitState(9, "sent");

    assertThat(texts("20[1-9]")).hasSize(9).allMatch(call -> call.text().equals("Short."));
    assertThat(texts("10[1-5]")).as("parts of the long ones").hasSizeLessThan(5 * 6);
    chat.awaitState(14, "sent");
    for (int i = 1; i <= 5; i++) {
      var parts = texts("10" + i);
      assertThat(parts).hasSize(8);
      assertThat(String.join("", parts.stream().map(Call::text).toList()).replace(" ", ""))
          .isEqualTo("word".repeat(6_000));
      assertPaced(parts);
    }
  }

  @Test
  void manyWhoAskInOneGroupAreAnsweredOneMessageASecond() {
    for (int i = 1; i <= 4; i++) {
      assertThat(chat.receive(inGroup(i, 500 + i, "@penny_test_bot Hello?")).status())
          .isEqualTo(200);
    }
    chat.awaitState(4, "sent");

    var sent = texts("-7");
    assertThat(sent).hasSize(4);
    assertPaced(sent);
    assertThat(sent)
        .extracting(call -> call.json().at("/reply_parameters/message_id").intValue())
        .containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void aBotWithManyAnswersDoesNotHoldUpAnother() {
    var other = TestingTelegramBot.active(server, "");
    telegram.answer(call ->
        call.method().equals("sendmessage") && call.token().equals(chat.token())
            ? new Answer.Hang()
            : new Answer.Good());
    LongStream.rangeClosed(1, 40).forEach(i -> chat.say((int) i, 1000 + i, "Hello?"));
    Eventually.holds(
        "many are on their way", () -> telegram.calls(chat.token(), "sendmessage").size() >= 16);

    other.say(1, "Hello?");
    other.awaitState(1, "sent");

    assertThat(telegram.calls(chat.token(), "sendmessage")).hasSize(16);
    telegram.answer(_ -> new Answer.Good());
  }

  @Test
  void anAnswerThatIsSentShowsItsDelivery() {
    chat.say(1, "Hello?");
    chat.awaitState(1, "sent");

    var turn = turns("").get(0);
    assertThat(turn.at("/delivery/state").textValue()).isEqualTo("sent");
    assertThat(turn.at("/delivery/parts_sent").intValue()).isEqualTo(1);
    assertThat(turn.at("/delivery/error").isNull()).isTrue();
    server.clock().advance(Duration.ofSeconds(1)); // so that it comes after
    chat.bot().test("Hello?");
    assertThat(turns("").get(0).path("delivery").isNull()).as("a test is answered itself").isTrue();
  }

  @Test
  void aBlockedBotIsToldToItsOwnerOnceWithOneMailADay() {
    telegram.answer(call ->
        call.method().equals("sendmessage")
            ? Answer.error(403, "Forbidden: bot was blocked by the user", "")
            : new Answer.Good());
    chat.say(1, 101, "Hello?");
    chat.awaitState(1, "failed");
    chat.say(2, 102, "Hello?");
    chat.awaitState(2, "failed");
    letPass(Duration.ofHours(25));
    chat.say(3, 103, "Hello?");
    chat.awaitState(3, "failed");

    var events = events();
    assertThat(events).hasSize(3);
    assertThat(events.get(0).at("/data/problem").textValue()).contains("blocked");
    assertThat(events.get(0).at("/data/state").textValue()).isEqualTo("failed");
    assertThat(events)
        .extracting(event -> event.at("/data/by_mail").booleanValue())
        .containsExactlyInAnyOrder(true, false, true);
    assertThat(turns("?delivery=failed")).hasSize(3);
    assertThat(turns("?delivery=unknown")).isEmpty();
    assertThat(turns("?delivery=failed").get(0).at("/delivery/error").textValue())
        .contains("The end user blocked the bot");
    assertThat(chat.bot().get("/health").text())
        .containsOnlyOnce("A reply did not arrive") // of the last day
        .contains("blocked the bot");
  }

  @Test
  void aWithdrawnTokenIsToldToItsOwner() {
    telegram.answer("sendmessage", Answer.error(401, "Unauthorized", ""));
    chat.say(1, "Hello?");
    chat.awaitState(1, "failed");

    assertThat(events().get(0).at("/data/problem").textValue()).contains("@BotFather");
  }

  @Test
  void anAnswerThatMayBeLostIsToldAsThat() {
    telegram.answer("sendmessage", new Answer.Cut());
    chat.say(1, "Hello?");
    chat.awaitState(1, "unknown");

    assertThat(events().get(0).at("/data/state").textValue()).isEqualTo("unknown");
    assertThat(turns("?delivery=unknown")).hasSize(1);
    assertThat(chat.bot().get("/health").text()).contains("may not have arrived");
  }

  @Test
  void aDeliveryThatThereIsNotIsRefused() {
    var refused = chat.bot().get("/turns?delivery=lost");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text()).contains("pending, sending, sent, unknown, failed");
  }

  @Test
  void theReplyOfAGroupThatBecameASupergroupGoesToItsNewId() {
    telegram.answer(call ->
        call.method().equals("sendmessage") && call.chat().equals("-7")
            ? Answer.error(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                "\"migrate_to_chat_id\":-1009")
            : new Answer.Good());
    chat.receive(inGroup(1, 501, "@penny_test_bot Hello?"));
    chat.awaitState(1, "sent");

    assertThat(texts("-1009")).hasSize(1).first().extracting(Call::text).isEqualTo("Short.");
  }

  /// For what failed so far: a sign-in would not last as long.
  private void letPass(Duration time) {
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle.execute(
                "UPDATE outbox SET failed_at = failed_at - ? * INTERVAL '1 second' WHERE team_id = ?",
                time.toSeconds(),
                chat.bot().team().id().uuid()));
  }

  private static void assertPaced(List<Call> calls) {
    for (int i = 1; i < calls.size(); i++) {
      assertThat(calls.get(i).atNanos() - calls.get(i - 1).atNanos())
          .as("between two messages to a chat")
          .isGreaterThanOrEqualTo(SECOND_NANOS);
    }
  }

  private List<Call> texts(String chats) {
    return telegram.calls(chat.token(), "sendmessage").stream()
        .filter(call -> call.chat().matches(chats))
        .toList();
  }

  private JsonNode turns(String query) {
    return chat.bot().get("/turns" + query).json().path("turns");
  }

  private List<JsonNode> events() {
    var all =
        server
            .get("/api/events", chat.bot().team().accessToken())
            .json()
            .path("events")
            .valueStream();
    return all.filter(event -> event.path("type").asText().equals("reply.failed")).toList();
  }

  private static String inGroup(int id, long user, String text) {
    return TestingTelegramBot.update(id, user, text)
        .replace(
            "\"chat\":{\"id\":" + user + ",\"type\":\"private\"",
            "\"chat\":{\"id\":-7,\"type\":\"group\"");
  }
}
