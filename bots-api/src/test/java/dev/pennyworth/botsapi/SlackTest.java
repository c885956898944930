package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
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

/// What comes in from Slack by its Events API, with the whole server.
final class SlackTest {
  private static TestingSlack slack;
  private static TestingServer server;

  private TestingSlackBot chat;

  @BeforeAll
  static void start() {
    slack = new TestingSlack();
    server = TestingServer.start(Map.of("SLACK_API_URL", slack.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
    slack.close();
  }

  @BeforeEach
  void create() {
    slack.startOver();
    chat = TestingSlackBot.active(server, "");
  }

  @Test
  void aDirectMessageIsOneBilledTurnAndOneAnswer() {
    assertThat(chat.say(1, "Hello?").status()).isEqualTo(200);

    chat.awaitState(1, "sent");
    assertThat(slack.texts(chat.token())).hasSize(1).first().asString().contains("“Hello?”");
    var sent = slack.posts(chat.token()).getFirst().fields();
    assertThat(sent).containsEntry("channel", "D0001").doesNotContainKey("thread_ts");
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
  }

  @Test
  void theSameEventFiftyTimesAtOnceIsOneTurnAndOneAnswer() throws Exception {
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

    assertThat(slack.texts(chat.token())).hasSize(2);
    assertThat(chat.count("turn")).isEqualTo(2);
  }

  @Test
  void aMentionThatArrivesAsTwoEventsIsAnsweredOnceInItsThread() {
    chat.post(TestingSlackBot.event(1, TestingSlackBot.mention(9, "<@U0BOT> Hello?")));
    chat.post(TestingSlackBot.event(2, TestingSlackBot.inChannel(9, "<@U0BOT> Hello?")));
    chat.say(3, "And in private?");
    chat.awaitState(2, "sent");

    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(slack.posts(chat.token()))
        .filteredOn(post -> "C0001".equals(post.fields().get("channel")))
        .singleElement()
        .satisfies(post ->
            assertThat(post.fields()).containsEntry("thread_ts", TestingSlackBot.timestamp(9)));
  }

  @Test
  void whoIsAnsweredInAThreadNeedsNotMentionTheBotAgainAndOthersDo() {
    chat.post(TestingSlackBot.event(1, TestingSlackBot.mention(1, "<@U0BOT> Hello?")));
    chat.post(TestingSlackBot.event(2, reply(2, "U7001", "And then?")));
    chat.post(TestingSlackBot.event(3, reply(3, "U7002", "Who is that?")));
    chat.post(TestingSlackBot.event(4, reply(4, "U7001", "<@U7002>, a bot")));
    chat.post(TestingSlackBot.event(5, TestingSlackBot.inChannel(5, "Lunch?")));
    chat.awaitState(2, "sent");

    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(chat.count("conversation")).isEqualTo(1);
    assertThat(slack.posts(chat.token()))
        .allSatisfy(post ->
            assertThat(post.fields()).containsEntry("thread_ts", TestingSlackBot.timestamp(1)));
  }

  private static ObjectNode reply(int number, String user, String text) {
    return TestingSlackBot.inChannel(number, text)
        .put("user", user)
        .put("thread_ts", TestingSlackBot.timestamp(1))
        .put("parent_user_id", "U7001");
  }

  @Test
  void aWrongOrMissingSignatureIs401AndNothingIsStored() {
    var body = TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?"));
    var now = Long.toString(server.clock().instant().getEpochSecond());
    var good = TestingSlackBot.signature(TestingSlackBot.SECRET, now, body);

    assertThat(signed(body, now, TestingSlackBot.signature("another", now, body)).status())
        .isEqualTo(401);
    assertThat(signed(body + " ", now, good).status()).isEqualTo(401);
    assertThat(signed(body, now + "0", good).status()).isEqualTo(401);
    assertThat(signed(body, now, "").status()).isEqualTo(401);
    assertThat(chat.post(body, new String[0]).errorCode()).isEqualTo("bad_signature");

    assertThat(chat.count("turn") + chat.count("message") + chat.count("conversation")).isZero();
    assertThat(signed(body, now, good).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  private TestingAnswer signed(String body, String timestamp, String signature) {
    return chat.post(body, "X-Slack-Request-Timestamp", timestamp, "X-Slack-Signature", signature);
  }

  @ParameterizedTest
  @ValueSource(longs = {-301, 301})
  void aTimestampTooFarAwayIsRefused(long secondsOff) {
    var now = server.clock().instant().getEpochSecond();
    var body = TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?"));

    assertThat(chat.post(body, now + secondsOff).status()).isEqualTo(401);
    assertThat(chat.count("turn")).isZero();
    assertThat(chat.post(body, now).status()).isEqualTo(200);
  }

  @Test
  void theChallengeIsAnsweredIfItIsSigned() {
    var body =
        "{\"token\":\"t\",\"challenge\":\"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd\",\"type\":\"url_verification\"}";

    var answer = chat.post(body);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd");
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/plain");
    assertThat(chat.post(body, new String[0]).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":\"event_callback\"",
        "{\"type\":\"event_callback\",\"event\":7}",
        "{\"type\":\"event_callback\",\"event\":{\"type\":\"message\"}}",
        "{\"type\":\"event_callback\",\"event\":{\"type\":\"message\",\"user\":[],\"text\":7}}",
        "{\"type\":[],\"event\":{}}",
        "payload=%7B%22type%22%3A%22block_actions%22%7D",
        "ssl_check=1&token=x",
        "%zz=1&command=%zz"
      })
  void whatIsNoMessageIsLetPass(String body) {
    assertThat(chat.post(body).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void messagesOfBotsAndItsOwnAreLetPass() {
    chat.post(TestingSlackBot.event(1, TestingSlackBot.direct(1, "Hello?").put("bot_id", "B0002")));
    chat.post(TestingSlackBot.event(2, TestingSlackBot.direct(2, "Hello?").put("user", "U0BOT")));
    chat.post(
        TestingSlackBot.event(
            3, TestingSlackBot.mention(3, "<@U0BOT> Hello?").put("bot_id", "B0002")));

    assertThat(chat.count("turn")).isZero();
    chat.post(TestingSlackBot.event(4, TestingSlackBot.direct(4, "Hello?")));
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void aSlashCommandIsToldWhereToWrite() {
    var answer = chat.post("token=x&command=%2Fpenny&text=hello&user_id=U7001");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("response_type").textValue()).isEqualTo("ephemeral");
    assertThat(answer.json().path("text").textValue()).contains("mention me");
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void tooManyAreRefusedSoThatSlackSendsThemLater() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    chat.say(1, "One");

    assertThat(chat.say(2, "Two").status()).isEqualTo(429);
    assertThat(chat.say(1, "One").status()).isEqualTo(200);
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void aResetBeginsANewConversation() {
    chat.say(1, "Hello?");
    chat.awaitState(1, "sent");
    chat.post(TestingSlackBot.event(2, TestingSlackBot.direct(2, " /reset")));
    chat.awaitState(2, "sent");
    chat.say(3, "Hello?");
    chat.awaitState(3, "sent");

    assertThat(chat.count("conversation")).isEqualTo(2);
  }
}
