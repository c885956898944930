package dev.pennyworth.agentloop;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Many conversations at once, on two nodes, with a model that takes longer for some answers than
/// for others.
class ManyConversationsTest {
  private static final int CONVERSATIONS = 200;
  private static final int MESSAGES_OF_EACH = 4;
  private static final int ANSWER_MILLIS_MAX = 30;

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final List<TestingAgentLoop.Node> nodes = List.of(loop.start(), loop.start());
  private final BotSettings bot = loop.newBot();

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void twoHundredConversationsAtOnceAreEachAnsweredInOrderAndNeverMixed() throws Exception {
    loop.models.replies(ManyConversationsTest::echo);

    sayAllAtOnce();

    var talks = talks();
    assertThat(talks).hasSize(CONVERSATIONS);
    var requests =
        loop.models.received().stream()
            .map(ManyConversationsTest::texts)
            .collect(groupingBy(texts -> conversation(texts.getFirst())));
    talks.forEach((conversation, talk) -> {
      assertThat(talk).hasSize(2 * MESSAGES_OF_EACH);
      assertThat(questions(talk))
          .as("each message once, in whatever order they were accepted")
          .containsExactlyInAnyOrderElementsOf(messages(conversation));
      assertThat(talk)
          .as("each answer is to the message before it, and of that conversation")
          .isEqualTo(
              questions(talk).stream().flatMap(it -> List.of(it, answer(it)).stream()).toList());
      assertThat(requests.get(conversation))
          .as("each call saw all that was said before, and nothing else")
          .isEqualTo(
              IntStream.range(0, MESSAGES_OF_EACH)
                  .mapToObj(n -> talk.subList(0, 2 * n + 1))
                  .toList());
    });
    assertThat(loop.models.received()).hasSize(CONVERSATIONS * MESSAGES_OF_EACH);
    assertThat(loop.figure(ENDED_BEFORE_AN_EARLIER_ONE)).isZero();
    assertThat(loop.figure("SELECT count(DISTINCT owner) FROM conversation"))
        .as("nodes that took part")
        .isEqualTo(2);
  }

  private static final String ENDED_BEFORE_AN_EARLIER_ONE =
      """
      SELECT count(*)
      FROM turn later
      JOIN turn earlier ON earlier.conversation_id = later.conversation_id
        AND earlier.seq < later.seq
      WHERE later.finished_at < earlier.finished_at
      """;

  private void sayAllAtOnce() throws Exception {
    var deeds = new ArrayList<Callable<TurnReport>>();
    for (int i = 0; i < CONVERSATIONS; i++) {
      for (var text : messages("c" + i)) {
        var node = nodes.get(deeds.size() % nodes.size());
        var message = loop.message(bot, conversation(text), text, text);
        deeds.add(() -> node.ask(message));
      }
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var report : threads.invokeAll(deeds)) {
        assertThat(report.get().stopReason()).contains("completed");
      }
    }
  }

  private static List<String> messages(String conversation) {
    return IntStream.range(0, MESSAGES_OF_EACH).mapToObj(n -> conversation + " says " + n).toList();
  }

  private static String conversation(String text) {
    return text.substring(0, text.indexOf(' '));
  }

  private static String answer(String text) {
    return conversation(text) + " hears: " + text;
  }

  private static Reply echo(Received request) {
    var answer = TestingOpenAiServer.completion(answer(texts(request).getLast()), 485, 42);
    int millis = ThreadLocalRandom.current().nextInt(ANSWER_MILLIS_MAX);
    return new Reply.Later(Duration.ofMillis(millis), answer);
  }

  /// What the model was shown, without the system prompt.
  private static List<String> texts(Received request) {
    return StreamSupport.stream(request.body().path("messages").spliterator(), false)
        .filter(message -> !message.path("role").textValue().equals("system"))
        .map((JsonNode message) -> message.path("content").textValue())
        .toList();
  }

  private static List<String> questions(List<String> talk) {
    return IntStream.range(0, talk.size()).filter(i -> i % 2 == 0).mapToObj(talk::get).toList();
  }

  /// What is stored, by channel, in the order of the conversation.
  private Map<String, List<String>> talks() {
    return loop.jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT c.channel_id, m.text
                FROM message m
                JOIN conversation c USING (team_id, conversation_id)
                ORDER BY m.seq, m.direction
                """)
            .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
            .list()
            .stream()
            .collect(groupingBy(Map.Entry::getKey, mapping(Map.Entry::getValue, toList()))));
  }
}
