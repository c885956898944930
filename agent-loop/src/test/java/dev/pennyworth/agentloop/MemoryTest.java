package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a bot remembers of a conversation, which of its models does the work, and what end users
/// can ask of it past its model.
class MemoryTest {
  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  private int messages;

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void whatIsTooOldIsSummarisedAsABilledStepOfItsOwn() {
    var bot =
        loop.change(
            loop.newBot(),
            Map.of("conversationMaxMessages", 2, "lightModel", Optional.of("gpt-4o")));
    ask(bot, "I am called Ann, born 1990.");
    ask(bot, "And I live in Rome, no 5.");

    var report = ask(bot, "What is my name?");

    assertThat(report.steps())
        .extracting(step -> step.purpose() + " " + step.model().orElseThrow() + " " + step.state())
        .containsExactly("summary gpt-4o done", "answer gpt-4o-mini done");
    assertThat(report.steps().getFirst().modelReason()).contains("summary");
    assertThat(report.steps().getFirst().billed().nanos()).isPositive();
    assertThat(report.loopIterations()).isEqualTo(1);
    assertThat(
            loop.figure(
                "SELECT count(*) FROM ledger_transaction WHERE purpose = 'summary' AND kind = 'charge'"))
        .isEqualTo(1);
    var requests = loop.models.received();
    var summary = requests.get(2).body();
    assertThat(summary.at("/messages/1/content").asText())
        .contains("User: I am called Ann")
        .doesNotContain("Rome");
    var answer = requests.get(3).body();
    assertThat(answer.path("messages").size())
        .as("prompt, summary, two messages, this one")
        .isEqualTo(5);
    assertThat(answer.at("/messages/1/content").asText()).contains("Summary of the conversation");
    assertThat(answer.at("/messages/2/content").asText()).contains("Rome");
  }

  @Test
  void aSummaryTakesInTheOneBefore() {
    var bot = loop.change(loop.newBot(), Map.of("conversationMaxMessages", 2));
    for (int i = 1; i <= 4; i++) {
      ask(bot, "message no " + i);
    }

    assertThat(loop.figure("SELECT up_to_seq FROM conversation_summary")).isEqualTo(2);
    var lastSummary = loop.models.received().get(4).body().at("/messages/1/content").asText();
    assertThat(lastSummary).contains("Summary of what was before").contains("message no 2");
  }

  @Test
  void anAnswerIsGivenWithoutASummaryIfThatFails() {
    var bot =
        loop.change(
            loop.newBot(),
            Map.of("conversationMaxMessages", 2, "lightModel", Optional.of("no-such-model")));
    ask(bot, "message no 1");
    ask(bot, "message no 2");

    var report = ask(bot, "message no 3");

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.steps()).hasSize(1);
    assertThat(loop.models.received().getLast().body().path("messages").size())
        .as("prompt, the last two messages, this one")
        .isEqualTo(4);
  }

  @Test
  void aSummaryThatSaysNothingLeavesTheOneBeforeInPlace() {
    var bot = loop.change(loop.newBot(), Map.of("conversationMaxMessages", 2));
    loop.models.reply(TestingOpenAiServer.completion("She is called Ann.", 10, 5));
    for (int i = 1; i <= 3; i++) {
      ask(bot, "message no " + i);
    }
    loop.models.reply(TestingOpenAiServer.completion("", 10, 5));

    var report = ask(bot, "message no 4");

    assertThat(report.steps()).hasSize(2);
    assertThat(loop.figure("SELECT up_to_seq FROM conversation_summary")).isEqualTo(2);
    assertThat(loop.models.received().getLast().body().at("/messages/1/content").asText())
        .contains("She is called Ann.");
    assertThat(loop.figure("SELECT count(*) FROM conversation_summary WHERE text LIKE '%Ann%'"))
        .isEqualTo(1);
  }

  @Test
  void theSummaryOfBeforeIsNeverWhatIsLeftOutOfALongTranscript() {
    var messages = new ArrayList<Folding.Placed>();
    for (int i = 1; i <= 20; i++) {
      messages.add(new Folding.Placed(i, new ChatMessage.User(i + "x".repeat(8_000))));
    }

    var job = Folding.of("She is called Ann.", messages, 2).orElseThrow().job(loop.newBot());

    var transcript = ((ChatMessage.User) job.messages().getFirst()).text();
    assertThat(transcript)
        .startsWith("Summary of what was before:\nShe is called Ann.")
        .contains("User: 18x")
        .doesNotContain("User: 2x")
        .hasSizeLessThan(61_000);
  }

  @Test
  void smallTalkGoesToTheLightModelAndTheReceiptSaysWhy() {
    var bot = loop.change(loop.newBot(), Map.of("lightModel", Optional.of("gpt-4o")));

    assertThat(firstStep(ask(bot, "Thank you!"))).isEqualTo("gpt-4o simple_message");
    assertThat(firstStep(ask(bot, "What is 2 + 2?"))).isEqualTo("gpt-4o-mini main");
  }

  @Test
  void belowTheThresholdOfACapTheLightModelDoesAllWork() {
    var bot =
        loop.change(
            loop.newBot(100, Map.of(LimitKind.LIFETIME, new NanoUsd(10_000_000))),
            Map.of(
                "model",
                "gpt-4o",
                "lightModel",
                Optional.of("gpt-4o-mini"),
                "stepDownPercent",
                OptionalInt.of(90)));

    assertThat(firstStep(ask(bot, "What is 2 + 2?"))).isEqualTo("gpt-4o main");
    assertThat(firstStep(ask(bot, "What is 2 + 3?"))).isEqualTo("gpt-4o-mini low_budget");
  }

  @Test
  void aResetBeginsAConversationThatKnowsNothing() {
    var bot = loop.newBot();
    ask(bot, "My name is Ann.");

    var reset = ask(bot, "/reset");
    ask(bot, "What is my name?");

    assertThat(reset.stopReason()).contains("completed");
    assertThat(reset.response()).contains("This is a new conversation.");
    assertThat(reset.steps()).isEmpty();
    assertThat(loop.figure("SELECT count(*) FROM conversation")).isEqualTo(2);
    assertThat(loop.models.received().getLast().body().path("messages").size()).isEqualTo(2);
  }

  @Test
  void theCostIsToldToWhomTheOwnerNamedAndToNobodyElse() {
    var bot = loop.change(loop.newBot(), Map.of("costUsers", Set.of("user of ann")));
    var first = ask(bot, "message no 1");

    var told = ask(bot, "/cost");
    var other = node.ask(loop.message(bot, "bob", "b1", "/cost"));

    assertThat(told.response())
        .contains("This conversation has cost %s cents so far.".formatted(first.cost().toCents()));
    assertThat(told.cost()).isEqualTo(NanoUsd.ZERO);
    assertThat(other.steps()).as("to him it is a message like any other").hasSize(1);
  }

  @Test
  void whoWritesForTheFirstTimeIsWelcomedOnce() {
    var bot = loop.change(loop.newBot(), Map.of("welcomeMessage", Optional.of("Welcome!")));

    assertThat(ask(bot, "message no 1").response().orElseThrow()).startsWith("Welcome!\n\n");
    assertThat(ask(bot, "message no 2").response().orElseThrow()).doesNotContain("Welcome");
    ask(bot, "/reset");
    assertThat(ask(bot, "message no 3").response().orElseThrow()).doesNotContain("Welcome");
    assertThat(ask(bot, "/start").response()).contains("Welcome!");
  }

  @Test
  void messagesThatArriveWhileATurnRunsAreAnsweredTogether() {
    var bot =
        loop.change(loop.newFreeBot(BillingMode.WALLET, Map.of()), Map.of("mergesBursts", true));
    var inbox = loop.inbox();
    var turns = new ArrayList<TurnId>();
    node.close();
    for (int i = 1; i <= 3; i++) {
      var message = loop.message(bot, "ann", "e" + i, "message no " + i);
      turns.add(message.turnId());
      inbox.accept(message, bot, List.of());
    }

    var other = loop.start();
    var last = other.await(turns.get(2));

    assertThat(last.steps()).hasSize(1);
    for (var merged : turns.subList(0, 2)) {
      var report = other.await(merged);
      assertThat(report.stopReason()).contains("completed");
      assertThat(report.mergedInto()).contains(last.id());
      assertThat(report.response()).isEmpty();
    }
    assertThat(loop.figure("SELECT count(*) FROM outbox")).isEqualTo(1);
    assertThat(last.tokens().inputInAll()).as("all three messages were read").isGreaterThan(10);
  }

  private TurnReport ask(BotSettings bot, String text) {
    messages++;
    return node.ask(loop.message(bot, "ann", "message " + messages, text));
  }

  private static String firstStep(TurnReport report) {
    var step = report.steps().getFirst();
    return step.model().orElseThrow() + " " + step.modelReason().orElseThrow();
  }
}
