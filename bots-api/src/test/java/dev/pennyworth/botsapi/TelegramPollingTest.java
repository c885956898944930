package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingTelegram.Answer;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Telegram without an address that it could send messages to: they are fetched.
final class TelegramPollingTest {
  private static TestingTelegram telegram;
  private static TestingServer server;

  private TestingTelegramBot chat;

  @BeforeAll
  static void start() {
    telegram = new TestingTelegram();
    server = TestingServer.start(Map.of("TELEGRAM_API_URL", telegram.url()));
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
  void activatingSaysThatMessagesAreFetchedAndTakesAWebhookBack() {
    var active = chat.bot().owner("POST", "/activate", "").json();

    assertThat(active.path("done").get(1).textValue()).contains("fetched from Telegram by polling");
    assertThat(active.path("to_do")).isEmpty();
    assertThat(telegram.calls(chat.token(), "setwebhook")).isEmpty();
    assertThat(telegram.calls(chat.token(), "deletewebhook")).hasSize(2);
  }

  @Test
  void aMessageThatWaitsIsOneBilledTurnAndOneAnswer() {
    write(700, 7001, "Hello?");

    chat.awaitState(1, "sent");
    Eventually.holds("it is confirmed", () -> telegram.updates().waiting(chat.token()) == 0);
    assertThat(telegram.texts(chat.token())).hasSize(1).first().asString().contains("“Hello?”");
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
    var polls = polls();
    assertThat(polls.getFirst().has("offset")).isFalse();
    assertThat(polls.getLast().path("offset").intValue()).isEqualTo(701);
    assertThat(polls)
        .allSatisfy(poll -> {
          assertThat(poll.path("timeout").intValue()).isBetween(25, 50);
          assertThat(poll.path("allowed_updates")).hasSize(1);
          assertThat(poll.at("/allowed_updates/0").textValue()).isEqualTo("message");
        });
    assertThat(chat.bot().get("/health").text()).isEqualTo("{\"ok\":true,\"problems\":[]}");
  }

  @Test
  void anUpdateThatCannotBeReadKeepsNoOtherBack() {
    telegram.updates().add(chat.token(), 10, "{\"update_id\":10,\"message\":{\"chat\":7}}");
    telegram.updates().add(chat.token(), 11, "{\"update_id\":11,\"message\":[]}");
    write(12, 7001, "Hello?");

    chat.awaitState(1, "sent");
    Eventually.holds("all are confirmed", () -> telegram.updates().waiting(chat.token()) == 0);
  }

  @Test
  void whatIsOverALimitIsFetchedAgainInItsOrderAndKeepsNobodyElseBack() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    write(20, 7001, "One");
    write(21, 7001, "Two");
    write(22, 7001, "Three");
    write(23, 7002, "Of another person");

    chat.awaitState(2, "sent");
    assertThat(String.join(" ", telegram.texts(chat.token())))
        .contains("“One”")
        .contains("“Of another person”");
    Eventually.holds(
        "the others are left with Telegram", () -> telegram.updates().waiting(chat.token()) == 3);
    server.clock().advance(Duration.ofMinutes(1));
    chat.awaitState(3, "sent");
    server.clock().advance(Duration.ofMinutes(1));
    chat.awaitState(4, "sent");

    assertThat(telegram.texts(chat.token()).get(2)).contains("“Two”");
    assertThat(telegram.texts(chat.token()).get(3)).contains("“Three”");
    Eventually.holds("all are confirmed", () -> telegram.updates().waiting(chat.token()) == 0);
  }

  @Test
  void brokenAnswersAndCutConnectionsAreSurvived() {
    answerFirst(new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"), new Answer.Cut());
    write(30, 7001, "Hello?");
    chat.awaitState(1, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(1);

    answerFirst(new Answer.Status(200, "application/json", "{\"ok\":true,\"result\":[{\"upd"));
    write(31, 7001, "And now?");
    chat.awaitState(2, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(2);
  }

  @Test
  void aPauseThatTelegramAsksForIsObeyed() {
    write(40, 7001, "Hello?");
    answerFirst(Answer.error(429, "Too Many Requests: retry after 3", "\"retry_after\":3"));
    chat.awaitState(1, "sent");

    var polls = telegram.calls(chat.token(), "getupdates");
    int refused = refused(polls);
    assertThat(polls.get(refused + 1).atNanos() - polls.get(refused).atNanos())
        .isGreaterThan(Duration.ofSeconds(3).minusMillis(200).toNanos());
  }

  @Test
  void anotherProgramWithTheSameTokenIsToldToTheOwner() {
    refuseAll(409, "Conflict: terminated by other getUpdates request");
    write(50, 7001, "Wake up"); // the call that waits ends

    awaitProblem("Another program");
  }

  @Test
  void aTokenThatWasWithdrawnIsToldToTheOwner() {
    refuseAll(401, "Unauthorized");
    write(60, 7001, "Wake up");

    awaitProblem("@BotFather");
    assertThat(chat.bot().get("/health").text()).doesNotContain(chat.token());
  }

  @Test
  void aWebhookThatIsStillSetIsTakenBack() {
    telegram
        .updates()
        .note(new Call(chat.token(), "setwebhook", "https://old.example.com/hook", 0));
    write(70, 7001, "Hello?");

    chat.awaitState(1, "sent");
    assertThat(telegram.updates().webhook(chat.token())).isEmpty();
  }

  @Test
  void aPausedBotFetchesNothing() {
    Eventually.holds("it fetches", () -> !polls().isEmpty());
    chat.bot().owner("POST", "/pause", "");
    write(80, 7001, "Hello?");
    Eventually.holds("nobody fetches", () -> telegram.updates().isQuiet(chat.token()));

    assertThat(chat.count("turn")).isZero();
    assertThat(telegram.updates().waiting(chat.token())).isEqualTo(1);
    chat.bot().owner("POST", "/activate", "");
    chat.awaitState(1, "sent");
  }

  private void write(int id, long user, String text) {
    telegram.updates().add(chat.token(), id, TestingTelegramBot.update(id, user, text));
  }

  private List<JsonNode> polls() {
    return telegram.calls(chat.token(), "getupdates").stream().map(Call::json).toList();
  }

  /// How the next calls of this bot are answered.
  private void answerFirst(Answer... first) {
    var left = new ConcurrentLinkedQueue<>(List.of(first));
    telegram.answer(call -> {
      boolean isHere = call.token().equals(chat.token()) && call.method().equals("getupdates");
      var answer = isHere ? left.poll() : null;
      return answer == null ? new Answer.Good() : answer;
    });
  }

  private void refuseAll(int code, String description) {
    telegram.answer(call ->
        call.token().equals(chat.token()) && call.method().equals("getupdates")
            ? Answer.error(code, description, "")
            : new Answer.Good());
  }

  /// The one after which there was the longest pause.
  private static int refused(List<Call> calls) {
    int longest = 0;
    for (int i = 0; i + 1 < calls.size(); i++) {
      long pause = calls.get(i + 1).atNanos() - calls.get(i).atNanos();
      if (pause > calls.get(longest + 1).atNanos() - calls.get(longest).atNanos()) {
        longest = i;
      }
    }
    return longest;
  }

  private void awaitProblem(String words) {
    Eventually.holds(
        "health says: " + words, () -> chat.bot().get("/health").text().contains(words));
  }
}
