package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingWhatsApp.Answer;
import dev.pennyworth.botsapi.TestingWhatsApp.Call;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What WhatsApp tells of replies afterwards.
final class WhatsAppStatusTest {
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

  @ParameterizedTest
  @CsvSource({
    "sent, sent",
    "sent delivered, delivered",
    "sent delivered read, read",
    "read delivered sent, read",
    "delivered sent, delivered",
    "read read read, read",
    "sent played, read",
    "sent admired, sent"
  })
  void aStatusNeverGoesBackwards(String told, String noted) {
    var sent = answered();
    var id = messageId();

    for (var status : told.split(" ", -1)) {
      assertThat(post(TestingWhatsAppBot.status(sent, id, status))).isEqualTo(200);
    }

    assertThat(chat.column("platform_status")).containsExactly(noted);
    assertThat(chat.column("state")).containsExactly("sent");
  }

  @Test
  void aStatusWithoutWhatWasSentAlongIsFoundByTheMessagesId() {
    var status = TestingWhatsAppBot.status(answered(), messageId(), "delivered");
    status.remove("biz_opaque_callback_data");

    assertThat(post(status)).isEqualTo(200);

    assertThat(chat.column("platform_status")).containsExactly("delivered");
  }

  @Test
  void aStatusOfAnotherBotsReplyChangesNothing() {
    var sent = answered();
    var id = messageId();
    var other = TestingWhatsAppBot.active(server, "");

    other.post(other.webhook(TestingWhatsAppBot.status(sent, id, "read")));
    var unnamed = TestingWhatsAppBot.status(sent, id, "read");
    unnamed.remove("biz_opaque_callback_data");
    other.post(other.webhook(unnamed));

    assertThat(chat.column("platform_status")).containsExactly("");
  }

  @Test
  void aReplyThatWhatsAppCouldNotDeliverHasFailedAndSaysWhy() {
    var status = TestingWhatsAppBot.status(answered(), messageId(), "failed");

    assertThat(post(TestingWhatsAppBot.failed(status, 131_047, "Re-engagement message")))
        .isEqualTo(200);
    assertThat(post(TestingWhatsAppBot.status(sent(), messageId(), "delivered"))).isEqualTo(200);

    assertThat(chat.column("state")).containsExactly("failed");
    assertThat(chat.column("platform_status")).containsExactly("failed");
    assertThat(chat.column("error").getFirst()).contains("24-hour window");
  }

  @ParameterizedTest
  @CsvSource({"delivered, sent", "failed, failed"})
  void aStatusTellsWhatBecameOfALostAcknowledgement(String told, String state) {
    whatsapp.answerTexts(new Answer.Cut());
    chat.say("1", "Hello?");
    chat.awaitState(1, "unknown");

    post(TestingWhatsAppBot.status(sent(), "wamid.never-seen", told));

    assertThat(chat.column("state")).containsExactly(state);
    assertThat(chat.column("error").getFirst().isEmpty()).isEqualTo(state.equals("sent"));
  }

  @Test
  void aPartThatFailsWhileOthersAreSentMakesTheReplyFail() {
    model.replies(request ->
        request.body().path("stream").asBoolean()
            ? TestingOpenAiServer.streamed("Word. ".repeat(1_000), 10, 100)
            : TestingOpenAiServer.completion("Word. ".repeat(1_000), 10, 100));
    chat =
        TestingWhatsAppBot.active(
            server, ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    whatsapp.answer(call -> {
      if (call.isText() && first().filter(call::equals).isEmpty()) {
        var status = TestingWhatsAppBot.status(call, "wamid.first", "failed");
        post(TestingWhatsAppBot.failed(status, 131_026, "Message undeliverable"));
      }
      return new Answer.Good();
    });
    chat.say("1", "Tell me everything");

    chat.awaitState(1, "failed");
    assertThat(whatsapp.texts(chat.number())).hasSize(2);
    assertThat(chat.column("error").getFirst()).contains("not on WhatsApp");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"status\":\"read\"}",
        "{\"id\":7,\"status\":\"read\"}",
        "{\"id\":\"wamid.\\u0000\",\"status\":\"failed\",\"recipient_id\":\"\\u0000\","
            + "\"errors\":[{\"code\":\"x\",\"title\":\"\\u0000\"}]}",
        "{\"id\":\"wamid.1\",\"status\":\"failed\",\"errors\":{}}"
      })
  void anOddStatusIsLetPass(String status) throws Exception {
    answered();

    assertThat(post((ObjectNode) new ObjectMapper().readTree(status))).isEqualTo(200);
    assertThat(chat.column("platform_status")).containsExactly("");
  }

  /// The reply to a message, once it is sent.
  private Call answered() {
    chat.say("1", "Hello?");
    chat.awaitState(1, "sent");
    return sent();
  }

  private Call sent() {
    return whatsapp.sent(chat.number()).getLast();
  }

  private Optional<Call> first() {
    return whatsapp.sent(chat.number()).stream().findFirst();
  }

  private String messageId() {
    return Stream.of(chat.column("platform_message_ids").getFirst().split("[{},]"))
        .filter(id -> !id.isEmpty())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private int post(ObjectNode status) {
    return chat.post(chat.webhook(status)).status();
  }
}
