package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Turns whose conversation the caller keeps, and those who watch them.
class SuppliedContextTest {
  private static final Duration PAST_THE_NODES_ROW = Duration.ofSeconds(9);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  private final BotSettings bot = loop.newBot();

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void theModelSeesTheBotsPromptFirstThenTheCallersThenItsConversation() {
    node.ask(supplied("1", "And now?", context()));

    var messages = loop.models.onlyReceived().body().path("messages");
    assertThat(messages.path(0).path("content").textValue())
        .startsWith("Be brief.\n\n")
        .endsWith("\n\nSpeak Latin.\n\nSign with Vale.")
        .containsOnlyOnce("Speak Latin.");
    assertThat(messages.findValuesAsText("role"))
        .containsExactly("system", "user", "assistant", "tool", "user");
    assertThat(messages.path(1).path("content").textValue()).isEqualTo("Quid?");
    assertThat(messages.path(2).at("/tool_calls/0/function/name").textValue()).isEqualTo("look");
    assertThat(messages.path(3).path("tool_call_id").textValue()).isEqualTo("c1");
    assertThat(messages.path(4).path("content").textValue()).isEqualTo("And now?");
  }

  @Test
  void theCallerLowersWhatTheModelMayWriteAndNeverRaisesIt() {
    var less = new SuppliedContext.Builder();
    less.outputTokensMax(100);
    var more = new SuppliedContext.Builder();
    more.outputTokensMax(100_000);

    node.ask(supplied("1", "Hello!", less));
    node.ask(supplied("2", "Hello!", more));

    assertThat(loop.models.received())
        .extracting(request -> outputMax(request.body()))
        .containsExactly(100, 1_000);
  }

  @Test
  void aTurnThatDiedGoesOnWithTheConversationThatItWasGiven() throws Exception {
    var isIn = new CountDownLatch(1);
    loop.models.replies(_ -> {
      isIn.countDown();
      return new Reply.Hang();
    });
    var turn = node.accept(supplied("1", "And now?", context()));
    isIn.await();
    loop.models.replies(_ -> TestingOpenAiServer.completion());
    node.die();
    var second = loop.start(PAST_THE_NODES_ROW);

    assertThat(second.await(turn).stopReason()).contains("completed");
    var asked = loop.models.received();
    assertThat(asked).hasSize(2);
    assertThat(asked.get(1).body().path("messages"))
        .isEqualTo(asked.get(0).body().path("messages"));
  }

  @Test
  void eachSuppliedConversationStandsByItselfAndWaitsForNoOther() throws Exception {
    var mayAnswer = new CountDownLatch(1);
    loop.models.replies(request -> {
      if (request.text().contains("slow")) {
        await(mayAnswer);
      }
      return TestingOpenAiServer.completion();
    });
    try {
      var slow = node.accept(supplied("1", "slow", new SuppliedContext.Builder()));
      var fast = node.ask(supplied("2", "fast", new SuppliedContext.Builder()));

      assertThat(fast.stopReason()).contains("completed");
      mayAnswer.countDown();
      assertThat(node.await(slow).conversation()).isNotEqualTo(fast.conversation());
    } finally {
      mayAnswer.countDown();
    }
  }

  @Test
  void aWatcherIsToldOfTextStepsAndTheEndInTheirOrder() throws Exception {
    loop.models.replies(request ->
        request.body().path("messages").size() == 2
            ? TestingOpenAiServer.toolCalls(Map.of("current_time", "{}"), 485, 42)
            : TestingOpenAiServer.completion());
    var message = loop.message(bot, "ann", "1", "What time is it?");

    var events = watched(node, message);

    assertThat(events.stream().map(SuppliedContextTest::shown))
        .containsExactlyInAnyOrder(
            "begin 1 model gpt-4o-mini",
            "end 1 model gpt-4o-mini done 527 97950",
            "begin 2 tool current_time",
            "end 2 tool current_time failed 0 0",
            "begin 3 model gpt-4o-mini",
            "text 3 " + TestingOpenAiServer.DEFAULT_TEXT,
            "end 3 model gpt-4o-mini done 527 97950",
            "ended completed");
    assertThat(shown(events.getLast())).isEqualTo("ended completed");
    assertThat(events.stream().map(SuppliedContextTest::shown).filter(it -> it.contains(" 1 ")))
        .containsExactly("begin 1 model gpt-4o-mini", "end 1 model gpt-4o-mini done 527 97950");
  }

  @Test
  void aWatcherOnAnotherNodeHearsOfStepsAndTheEnd() throws Exception {
    var mayAnswer = new CountDownLatch(1);
    loop.models.replies(_ -> {
      await(mayAnswer);
      return TestingOpenAiServer.completion();
    });
    var message = loop.message(bot, "ann", "1", "Hello!");
    var turn = node.accept(message);
    loop.models.awaitReceived(1, PATIENCE);
    var elsewhere = loop.start();
    mayAnswer.countDown();

    var events = watchedFrom(elsewhere, turn);

    assertThat(events.stream().map(SuppliedContextTest::shown))
        .containsExactly(
            "begin 1 model gpt-4o-mini",
            "end 1 model gpt-4o-mini done 527 97950",
            "ended completed");
  }

  private static List<TurnEvent> watched(TestingAgentLoop.Node node, InboundMessage message)
      throws InterruptedException {
    try (var watch = node.watch(message.turnId())) {
      node.accept(message);
      return all(watch);
    }
  }

  private static List<TurnEvent> watchedFrom(TestingAgentLoop.Node node, TurnId turn)
      throws InterruptedException {
    try (var watch = node.watch(turn)) {
      return all(watch);
    }
  }

  private static List<TurnEvent> all(JdbcTurnWatch watch) throws InterruptedException {
    var events = new ArrayList<TurnEvent>();
    do {
      events.add(watch.next(PATIENCE).orElseThrow());
    } while (!(events.getLast() instanceof TurnEvent.Ended));
    assertThat(watch.next(PATIENCE)).as("after the end").isEmpty();
    return events;
  }

  private static String shown(TurnEvent event) {
    return switch (event) {
      case TurnEvent.Text(var n, _, var text) -> "text %d %s".formatted(n, text);
      case TurnEvent.StepBegan(var n, var kind, var name) ->
          "begin %d %s %s".formatted(n, kind, name);
      case TurnEvent.StepFinished end ->
          "end %d %s %s %s %d %d"
              .formatted(
                  end.n(),
                  end.kind(),
                  end.name(),
                  end.state(),
                  end.tokens().inputInAll() + end.tokens().output(),
                  end.billed().nanos());
      case TurnEvent.Ended(var report) -> "ended " + report.stopReason().orElse("");
    };
  }

  private static SuppliedContext.Builder context() {
    var context = new SuppliedContext.Builder();
    context.instructions("Speak Latin.");
    context.user("Quid?");
    context.assistant("", List.of(new SuppliedContext.Call("c1", "look", "{}")));
    assertThat(context.toolResult("c1", "Nothing.")).isTrue();
    context.instructions("Sign with Vale.");
    return context;
  }

  private InboundMessage supplied(String event, String text, SuppliedContext.Builder context) {
    return new InboundMessage(
        loop.team,
        bot.bot(),
        "openai",
        event,
        "api",
        "ann",
        Optional.empty(),
        text,
        Optional.of(context.build()),
        Optional.empty(),
        Optional.empty());
  }

  private static int outputMax(JsonNode body) {
    return body.path("max_completion_tokens").asInt(body.path("max_tokens").asInt());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
