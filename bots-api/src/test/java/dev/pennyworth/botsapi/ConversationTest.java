package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a model is told of what was said before, and in which order messages are answered.
final class ConversationTest {
  private TestingOpenAiServer provider;
  private TestingServer server;

  @BeforeEach
  void start() {
    provider = new TestingOpenAiServer();
    provider.replies(ConversationTest::echo);
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", provider.baseUrl().toString(), "OPENAI_API_KEY", "sk-pooled"));
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  @Test
  void theModelSeesWhatWasSaidBefore() {
    var bot = bot("");
    bot.say("ada", "e1", "one");
    bot.say("ada", "e2", "two");

    assertThat(lastContext()).containsExactly("Be brief.", "one", "echo one", "two");
    assertThat(provider.received().getLast().body().path("messages").findValuesAsText("role"))
        .containsExactly("system", "user", "assistant", "user");
  }

  @Test
  void theModelSeesTheLastMessagesAndASummaryOfThoseBefore() {
    var bot = bot("\"conversation_max_messages\":4");
    for (var text : List.of("one", "two", "three", "four", "five")) {
      bot.say("ada", text, text);
    }

    var context = lastContext();
    assertThat(context.getFirst()).isEqualTo("Be brief.");
    assertThat(context.get(1)).startsWith("[Summary").contains("User: two").doesNotContain("three");
    assertThat(context.subList(2, context.size()))
        .containsExactly("three", "echo three", "four", "echo four", "five");
  }

  @Test
  void peopleAndChannelsHaveTheirOwnConversations() {
    var bot = bot("");
    var ada = bot.say("ada", "e1", "one").json();
    var bob = bot.say("bob", "e2", "two").json();
    var elsewhere =
        bot.receive("{\"text\":\"three\",\"user_id\":\"ada\",\"channel_id\":\"other\"}").json();

    assertThat(
            List.of(
                ada.path("conversation_id"),
                bob.path("conversation_id"),
                elsewhere.path("conversation_id")))
        .doesNotHaveDuplicates();
    assertThat(lastContext()).containsExactly("Be brief.", "three");
  }

  @Test
  void aConversationThatWasQuietForItsLifetimeBeginsAnew() {
    var bot = bot("\"conversation_ttl_hours\":1");
    var first = bot.say("ada", "e1", "one").json();
    server.clock().advance(Duration.ofHours(1).minusMillis(1));
    var inTime = bot.say("ada", "e2", "two").json();
    server.clock().advance(Duration.ofHours(1));
    var tooLate = bot.say("ada", "e3", "three").json();

    assertThat(inTime.path("conversation_id")).isEqualTo(first.path("conversation_id"));
    assertThat(tooLate.path("conversation_id")).isNotEqualTo(first.path("conversation_id"));
    assertThat(lastContext()).containsExactly("Be brief.", "three");
  }

  @Test
  void messagesOfOneConversationAreAnsweredOneAfterTheOtherInTheirOrder() {
    var bot = bot("\"conversation_max_messages\":200");
    var atWork = new AtomicInteger();
    var atWorkMost = new AtomicInteger();
    provider.replies(request -> {
      atWorkMost.accumulateAndGet(atWork.incrementAndGet(), Math::max);
      var reply = echo(request);
      atWork.decrementAndGet();
      return reply;
    });

    var answers = TestingCrowd.atOnce(15, n -> bot.say("ada", "e" + n, "text " + n));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertThat(atWorkMost).hasValue(1);
    var contexts = provider.received().stream().map(ConversationTest::context).toList();
    assertThat(contexts).hasSize(15);
    for (int i = 1; i < contexts.size(); i++) {
      var earlier = contexts.get(i - 1);
      var later = contexts.get(i);
      assertThat(later).hasSize(earlier.size() + 2).startsWith(earlier.toArray(String[]::new));
      assertThat(later.get(earlier.size())).isEqualTo("echo " + earlier.getLast());
    }
  }

  @Test
  void eachSenderGetsTheAnswerToTheirOwnMessage() {
    var bot = bot("");

    var answers = TestingCrowd.atOnce(15, n -> bot.say("ada", "e" + n, "text " + n));

    for (int n = 0; n < answers.size(); n++) {
      assertThat(answers.get(n).json().path("response").textValue()).isEqualTo("echo text " + n);
    }
  }

  @Test
  void conversationsDoNotWaitForEachOther() {
    var bot = bot("");
    var both = new CountDownLatch(2);
    provider.replies(request -> {
      both.countDown();
      return awaited(both) ? echo(request) : new Reply.Answer(500, Map.of(), "alone");
    });

    var answers = TestingCrowd.atOnce(2, n -> bot.say("user" + n, "e" + n, "text"));

    assertThat(answers)
        .extracting(answer -> answer.json().path("stop_reason").textValue())
        .containsOnly("completed");
  }

  @Test
  void aTextWithWhatNobodyCanKeepIsAnswered() {
    var bot = bot("");

    var answer =
        bot.receive(
            "{\"text\":\"half \\ud83d, nothing \\u0000\",\"user_id\":\"ada\",\"channel_id\":\"main\"}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(lastContext()).containsExactly("Be brief.", "half \uFFFD, nothing \uFFFD");
  }

  @Test
  void theTestEndpointHasAConversationOfItsOwn() {
    var bot = bot("");
    bot.say("ada", "e1", "one");

    bot.test("two");
    bot.test("three");

    assertThat(lastContext()).containsExactly("Be brief.", "two", "echo two", "three");
  }

  private TestingBot bot(String fields) {
    return TestingBot.active(
        server,
        server.register(),
        "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\""
            + (fields.isEmpty() ? "" : "," + fields));
  }

  private static Reply echo(Received request) {
    return TestingOpenAiServer.completion("echo " + context(request).getLast(), 100, 10);
  }

  private static List<String> context(Received request) {
    return request.body().path("messages").findValuesAsText("content");
  }

  private List<String> lastContext() {
    return context(provider.received().getLast());
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
