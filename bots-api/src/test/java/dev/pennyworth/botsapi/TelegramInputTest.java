package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import dev.pennyworth.connectors.UnreadableMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Media and odd input, groups, topics, and what is shown while a turn runs.
final class TelegramInputTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String VOICE =
      "\"voice\":{\"file_id\":\"V\",\"file_unique_id\":\"v\",\"duration\":3}";
  private static final String PHOTO =
      "\"photo\":[{\"file_id\":\"P\",\"file_unique_id\":\"p\",\"width\":90,\"height\":60}]";

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
    model.replies(_ -> TestingOpenAiServer.completion("Fine.", 10, 100));
    chat =
        TestingTelegramBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
  }

  @Test
  void aVoiceMessageIsToldPolitelyThatItCannotBeHeardAtNoCost() {
    var balance = chat.bot().balance().json();
    chat.receive(with(1, 7001, VOICE));
    chat.awaitState(1, "sent");

    assertThat(telegram.texts(chat.token())).containsExactly(UnreadableMessage.NOTICE);
    assertThat(chat.bot().balance().json()).isEqualTo(balance);
    assertThat(chat.count("hold") + chat.count("step")).isZero();
    var turn = chat.bot().get("/turns").json().at("/turns/0");
    assertThat(turn.path("status").textValue()).isEqualTo("done");
    assertThat(turn.at("/receipt/cost_cents").decimalValue()).isZero();
    assertThat(turn.at("/receipt/steps")).isEmpty();
    assertThat(turn.at("/delivery/state").textValue()).isEqualTo("sent");
  }

  @Test
  void whatNoModelCouldReadIsNotInItsContextLater() {
    chat.receive(with(1, 7001, VOICE));
    chat.awaitState(1, "sent");
    chat.say(2, "Marker of this test");
    chat.awaitState(2, "sent");

    var asked =
        model.received().stream()
            .filter(request -> request.text().contains("Marker of this test"))
            .toList();
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().text())
        .doesNotContain("voice message")
        .doesNotContain(UnreadableMessage.NOTICE);
  }

  @Test
  void anAlbumIsAnsweredOnce() {
    for (int i = 1; i <= 5; i++) {
      chat.receive(with(i, 7001, PHOTO + ",\"media_group_id\":\"1377\""));
    }
    chat.awaitState(1, "sent");
    chat.say(9, "Hello?");
    chat.awaitState(2, "sent");

    assertThat(telegram.texts(chat.token())).containsExactly(UnreadableMessage.NOTICE, "Fine.");
  }

  @ParameterizedTest
  @ValueSource(strings = {VOICE, PHOTO, "\"new_chat_title\":\"Tea\"", "\"text\":\"Hello all\""})
  void inAGroupNobodyIsAnsweredWhoDidNotAsk(String content) {
    assertThat(chat.receive(inGroup(with(1, 7001, content))).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void anAnswerInATopicRepliesThereAndTypingIsShownThere() {
    model.replies(_ ->
        new Reply.Later(Duration.ofSeconds(2), TestingOpenAiServer.completion("Fine.", 10, 100)));
    chat.receive(
        inGroup(
            with(
                4,
                7001,
                "\"text\":\"@penny_test_bot Hello?\",\"message_thread_id\":31,"
                    + "\"is_topic_message\":true")));
    chat.awaitState(1, "sent");

    var sent = telegram.calls(chat.token(), "sendmessage").getFirst().json();
    assertThat(sent.path("chat_id").asText()).isEqualTo("-7");
    assertThat(sent.path("message_thread_id").intValue()).isEqualTo(31);
    assertThat(sent.at("/reply_parameters/message_id").intValue()).isEqualTo(4);
    assertThat(sent.at("/reply_parameters/allow_sending_without_reply").booleanValue()).isTrue();
    var typing = telegram.calls(chat.token(), "sendchataction").getFirst().json();
    assertThat(typing.path("chat_id").asText()).isEqualTo("-7");
    assertThat(typing.path("message_thread_id").intValue()).isEqualTo(31);
    assertThat(typing.path("action").asText()).isEqualTo("typing");
  }

  @Test
  void typingIsShownWhileATurnRunsAndNotAfterTheAnswer() {
    model.replies(_ ->
        new Reply.Later(Duration.ofSeconds(6), TestingOpenAiServer.completion("Fine.", 10, 100)));
    chat.say(1, "Hello?");
    chat.awaitState(1, "sent");
    model.replies(_ -> TestingOpenAiServer.completion("Fine.", 10, 100));
    chat.say(2, 7002, "Hello?");
    chat.awaitState(2, "sent");

    var typing = telegram.calls(chat.token(), "sendchataction");
    var answered = telegram.calls(chat.token(), "sendmessage").getFirst();
    assertThat(typing).as("after 0.7 s, and 4 s later").hasSize(2);
    assertThat(typing).extracting(Call::chat).containsOnly("7001");
    assertThat(typing.getLast().atNanos()).isLessThan(answered.atNanos());
  }

  private static String with(int id, long user, String content) {
    try {
      var update = (ObjectNode) MAPPER.readTree(TestingTelegramBot.update(id, user, "x"));
      var message = (ObjectNode) update.path("message");
      message.remove("text");
      message.setAll((ObjectNode) MAPPER.readTree("{" + content + "}"));
      return update.toString();
    } catch (IOException e) {
      throw new IllegalArgumentException(content, e);
    }
  }

  private static String inGroup(String update) {
    return update.replace(
        "\"chat\":{\"id\":7001,\"type\":\"private\"",
        "\"chat\":{\"id\":-7,\"type\":\"supergroup\"");
  }
}
