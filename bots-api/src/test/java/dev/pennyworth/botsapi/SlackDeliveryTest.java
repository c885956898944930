package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingSlack.Answer;
import dev.pennyworth.botsapi.TestingSlack.Call;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How answers go out to Slack: the real library against a stub with Slack's faults.
final class SlackDeliveryTest {
  private static final String OPENAI = ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"";

  private static TestingSlack slack;
  private static TestingOpenAiServer model;
  private static TestingServer server;

  private TestingSlackBot chat;

  @BeforeAll
  static void start() {
    slack = new TestingSlack();
    model = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "SLACK_API_URL",
                slack.url(),
                "OPENAI_BASE_URL",
                model.baseUrl().toString(),
                "OPENAI_API_KEY",
                "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
    slack.close();
  }

  @BeforeEach
  void create() {
    slack.startOver();
    chat = TestingSlackBot.active(server, "");
  }

  @Test
  void aPauseThatSlackAsksForIsObeyed() {
    slack.answer("chat.postMessage", Answer.tooFast(30));
    chat.say(1, "Hello?");
    chat.awaitRetry();

    server.clock().advance(Duration.ofSeconds(29));
    assertThat(chat.nextAttemptIsDue()).isFalse();
    server.clock().advance(Duration.ofSeconds(2));

    chat.awaitState(1, "sent");
    assertThat(slack.texts(chat.token())).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 500, 502, 503})
  void aPageOfAProxyInsteadOfAnAnswerIsTriedAgain(int status) {
    slack.answer("chat.postMessage", Answer.page(status));
    chat.say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(slack.texts(chat.token())).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ratelimited", "service_unavailable", "request_timeout"})
  void whatPassesByItselfIsTriedAgain(String error) {
    slack.answer("chat.postMessage", Answer.error(error));
    chat.say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
  }

  @Test
  void aLostAcknowledgementIsUnknownAndNotSentAgain() {
    slack.answer("chat.postMessage", new Answer.Cut());
    chat.say(1, "Hello?");
    chat.awaitState(1, "unknown");
    server.clock().advance(Duration.ofHours(1));
    chat.say(2, "And now?");
    chat.awaitState(1, "sent");

    assertThat(chat.count("outbox WHERE state = 'unknown' AND")).isEqualTo(1);
    assertThat(slack.texts(chat.token())).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"ok\":true,", "", "null", "<html></html>", "{\"ok\":[]}"})
  void anAnswerThatCannotBeReadIsUnknownToo(String answer) {
    slack.answer("chat.postMessage", Answer.json(answer));
    chat.say(1, "Hello?");

    chat.awaitState(1, "unknown");
    assertThat(slack.texts(chat.token())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"internal_error", "fatal_error"})
  void whatSlackSaysMayHaveHappenedIsUnknown(String error) {
    slack.answer("chat.postMessage", Answer.error(error));
    chat.say(1, "Hello?");

    chat.awaitState(1, "unknown");
    assertThat(slack.texts(chat.token())).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "token_revoked; Bot User OAuth Token",
        "not_in_channel; invite it",
        "is_archived; archived",
        "something_new; something_new"
      })
  void aRefusalIsFinalAndSaysWhatIsWrong(String error, String said) {
    slack.answer("chat.postMessage", Answer.error(error));
    chat.say(1, "Hello?");

    chat.awaitState(1, "failed");
    assertThat(chat.error()).contains(said).doesNotContain(chat.token());
    assertThat(slack.texts(chat.token())).hasSize(1);
  }

  @Test
  void aMissingScopeIsNamed() {
    slack.answer(
        "chat.postMessage",
        Answer.json(
            "{\"ok\":false,\"error\":\"missing_scope\",\"needed\":\"chat:write\",\"provided\":\"im:history\"}"));
    chat.say(1, "Hello?");

    chat.awaitState(1, "failed");
    assertThat(chat.error()).contains("chat:write").contains("install the app again");
  }

  @Test
  void whatSlackCannotFormatComesPlain() {
    refuseFormatting();
    chat.say(1, "1 < 2 & **three**");
    chat.awaitState(1, "sent");

    assertThat(slack.posts(chat.token())).hasSize(2);
    assertThat(slack.texts(chat.token()).getFirst()).contains("1 &lt; 2 &amp; *three*");
    assertThat(slack.texts(chat.token()).getLast()).contains("1 &lt; 2 &amp; **three**");
  }

  @Test
  void nobodyIsCalledByWhatAModelWrites() {
    var called = "<!channel> <!here> [x](!everyone) <@U8001> @channel";
    replies(called);
    chat = TestingSlackBot.active(server, OPENAI);
    chat.say(1, "Call everybody");
    chat.awaitState(1, "sent");

    var post = slack.posts(chat.token()).getFirst();
    assertThat(post.text())
        .isEqualTo("&lt;!channel&gt; &lt;!here&gt; x (!everyone) &lt;@U8001&gt; @channel");
    assertThat(post.fields().get("link_names")).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aVeryLongAnswerArrivesWhole(boolean isFormatted) {
    var text = longText();
    replies(text);
    if (!isFormatted) {
      refuseFormatting();
    }
    chat = TestingSlackBot.active(server, OPENAI);
    chat.say(1, "Tell me everything");
    chat.awaitState(1, "sent");

    var parts =
        slack.posts(chat.token()).stream()
            .filter(call -> call.isFormatted() == isFormatted)
            .map(Call::text)
            .toList();
    assertThat(text.length()).isGreaterThan(30_000);
    assertThat(characters(String.join("", parts))).isEqualTo(characters(text));
    assertThat(parts).allSatisfy(part -> assertThat(part.split("```", -1).length % 2).isOne());
    assertThat(parts)
        .allSatisfy(part -> assertThat(unescaped(part).length()).isLessThanOrEqualTo(4_000));
  }

  @Test
  void answersOfAConversationComeInItsOrder() {
    slack.answer("chat.postMessage", Answer.page(502), Answer.page(502));
    chat.say(1, "First");
    chat.awaitRetry();
    chat.say(2, "Second");
    Eventually.holds("both have ended", () -> chat.count("outbox WHERE") == 2);
    server.clock().advance(Duration.ofSeconds(5));
    Eventually.holds(
        "it waits", () -> chat.count("outbox WHERE state = 'pending' AND attempts = 2 AND") == 1);
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(2, "sent");
    assertThat(slack.texts(chat.token()))
        .satisfiesExactly(
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("First"),
            text -> assertThat(text).contains("Second"));
  }

  private static void refuseFormatting() {
    slack.answer(call ->
        call.method().equals("chat.postMessage") && call.isFormatted()
            ? Answer.error("msg_too_long")
            : new Answer.Good());
  }

  private static void replies(String text) {
    model.replies(request ->
        request.body().path("stream").asBoolean()
            ? TestingOpenAiServer.streamed(text, 10, 100)
            : TestingOpenAiServer.completion(text, 10, 100));
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

  /// What a reader reads: fences and blanks do not count.
  private static String characters(String text) {
    return unescaped(text).replaceAll("[\\s`]+", "");
  }

  private static String unescaped(String text) {
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
  }
}
