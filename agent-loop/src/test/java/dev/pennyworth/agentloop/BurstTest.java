package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.TurnId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Messages that have queued up behind one another, with what is asked of the bot itself among
/// them.
class BurstTest {
  private final TestingAgentLoop loop = new TestingAgentLoop();

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void nothingIsMergedAcrossWhatIsAskedOfTheBotItself() {
    var bot = mergingBot(Map.of());

    var reports = burst(bot, "one", "two", "/reset", "three", "four");

    assertThat(reports.get(0).mergedInto()).contains(reports.get(1).id());
    assertThat(reports.get(1).steps()).hasSize(1);
    assertThat(reports.get(2).response()).contains("This is a new conversation.");
    assertThat(reports.get(3).mergedInto()).contains(reports.get(4).id());
    assertThat(loop.figure("SELECT count(*) FROM conversation")).isEqualTo(2);
  }

  @Test
  void noMoreIsMergedThanTheModelSees() {
    var bot = mergingBot(Map.of("conversationMaxMessages", 2));

    var reports = burst(bot, "one", "two", "three");

    assertThat(reports.get(0).mergedInto()).contains(reports.get(1).id());
    assertThat(reports.get(1).steps()).hasSize(1);
    assertThat(reports.get(2).mergedInto()).isEmpty();
  }

  @Test
  void whoWritesABurstFirstIsWelcomedToo() {
    var bot = mergingBot(Map.of("welcomeMessage", Optional.of("Welcome!")));

    var reports = burst(bot, "one", "two");
    assertThat(reports.get(1).response().orElseThrow()).startsWith("Welcome!\n\n");

    var node = loop.start();
    var next = node.ask(loop.message(bot, "ann", "later", "three"));
    assertThat(next.response().orElseThrow()).doesNotContain("Welcome");
  }

  @Test
  void whatWaitsBehindAResetIsTheBeginningOfTheNextConversation() {
    var bot = loop.newBot();

    var reports = burst(bot, "My name is Ann.", "/reset", "What is my name?", "And my age?");
    var node = loop.start();
    node.ask(loop.message(bot, "ann", "later", "That is all."));

    assertThat(reports.get(1).conversation()).isEqualTo(reports.get(0).conversation());
    assertThat(reports.get(2).conversation()).isNotEqualTo(reports.get(0).conversation());
    assertThat(reports.get(3).conversation()).isEqualTo(reports.get(2).conversation());
    assertThat(loop.figure("SELECT count(*) FROM conversation")).isEqualTo(2);
    assertThat(
            loop.models.received().stream().map(one -> one.body().path("messages").size()).toList())
        .as("prompt and message; then with what was said since the reset")
        .containsExactly(2, 2, 4, 6);
  }

  private BotSettings mergingBot(Map<String, Object> changes) {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    return loop.change(loop.change(bot, changes), Map.of("mergesBursts", true));
  }

  /// Messages that all wait before a process begins to answer.
  private List<TurnReport> burst(BotSettings bot, String... texts) {
    var inbox = loop.inbox();
    var turns = new ArrayList<TurnId>();
    for (var text : texts) {
      var message = loop.message(bot, "ann", "event " + turns.size(), text);
      turns.add(message.turnId());
      inbox.accept(message, bot, List.of());
    }
    try (var node = loop.start()) {
      return turns.stream().map(node::await).toList();
    }
  }
}
