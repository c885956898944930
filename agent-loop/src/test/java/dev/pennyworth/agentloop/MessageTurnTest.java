package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A turn on one node, from the accepted message to the reply in the outbox.
class MessageTurnTest {
  private static final NanoUsd ONE_REPLY = new NanoUsd(485 * 150 + 42 * 600);
  private static final int CONVERSATIONS = 200;
  private static final int CLAIMS_MAX = 5;

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
  void aReplyCostsToTheNanoDollarWhatTheProviderReported() {
    var report = node.ask(loop.message(bot, "ann", "1", "Hello!"));

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.response()).contains(TestingOpenAiServer.DEFAULT_TEXT);
    assertThat(report.billed()).isEqualTo(ONE_REPLY).isEqualTo(new NanoUsd(97_950));
    assertThat(loop.figure("SELECT 5000000000 - balance_nanos FROM wallet")).isEqualTo(97_950);
    assertThat(loop.models.onlyReceived().body().path("max_tokens").asLong()).isEqualTo(1_000);
  }

  @Test
  void twoHundredConversationsAtOnceKeepTheirOrderAndDoNotMix() throws Exception {
    var allAtOnce = new CountDownLatch(CONVERSATIONS);
    loop.models.replies(request -> {
      allAtOnce.countDown();
      waitFor(allAtOnce);
      return TestingOpenAiServer.completion("re: " + lastMessage(request), 485, 42);
    });
    var turns = new ArrayList<List<TurnId>>();
    for (int c = 0; c < CONVERSATIONS; c++) {
      turns.add(new ArrayList<>());
      for (int m = 1; m <= 3; m++) {
        var message = loop.message(bot, "channel " + c, c + "/" + m, c + " says " + m);
        turns.get(c).add(node.accept(message));
      }
    }
    for (int c = 0; c < CONVERSATIONS; c++) {
      for (int m = 1; m <= 3; m++) {
        assertThat(node.await(turns.get(c).get(m - 1)).response())
            .contains("re: " + c + " says " + m);
      }
    }

    assertThat(allAtOnce.getCount()).as("more than the pool has connections").isZero();
    assertThat(loop.models.received())
        .hasSize(3 * CONVERSATIONS)
        .allSatisfy(request -> assertThat(texts(request)).isEqualTo(talkUpTo(request)));
  }

  /// What the model must have been shown before its last message.
  private static List<String> talkUpTo(Received request) {
    var last = lastMessage(request).split(" says ", -1);
    var talk = new ArrayList<String>();
    talk.add("Be brief.");
    for (int m = 1; m < Integer.parseInt(last[1]); m++) {
      talk.add(last[0] + " says " + m);
      talk.add("re: " + last[0] + " says " + m);
    }
    talk.add(lastMessage(request));
    return talk;
  }

  @Test
  void theSameEventTwentyTimesInParallelIsOneTurnOneChargeAndOneAnswer() throws Exception {
    var message = loop.message(bot, "ann", "1", "Hello!");
    var tasks = new ArrayList<Callable<Acceptance>>();
    for (int i = 0; i < 20; i++) {
      tasks.add(() -> node.offer(message));
    }
    var acceptances = new ArrayList<Acceptance>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var result : threads.invokeAll(tasks)) {
        acceptances.add(result.get());
      }
    }
    node.await(message.turnId());
    acceptances.add(node.offer(message));

    assertThat(acceptances).filteredOn(a -> a instanceof Acceptance.Accepted).hasSize(1);
    assertThat(acceptances)
        .filteredOn(a -> a.equals(new Acceptance.Duplicate(message.turnId())))
        .hasSize(20);
    assertThat(loop.models.received()).hasSize(1);
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isEqualTo(97_950);
    assertThat(loop.figure("SELECT sum(messages_received) FROM daily_rollup")).isEqualTo(1);
  }

  @Test
  void aRepeatUsesUpNoAllowanceAndIsKnownWhenNoneIsLeft() {
    var onlyOne = List.of(new RateLimit("bot", "this bot", 1));
    var message = loop.message(bot, "ann", "1", "Hello!");
    var inbox = loop.inbox();
    assertThat(inbox.accept(message, bot, onlyOne)).isInstanceOf(Acceptance.Accepted.class);

    assertThat(inbox.accept(message, bot, onlyOne))
        .isEqualTo(new Acceptance.Duplicate(message.turnId()));
    assertThat(inbox.accept(loop.message(bot, "ann", "2", "Hello!"), bot, onlyOne))
        .isInstanceOf(Acceptance.RateLimited.class);
    node.await(message.turnId());
    assertThat(loop.figure("SELECT count(*) FROM turn")).isEqualTo(1);
  }

  @Test
  void aCallThatIsCutIsMadeOnceMoreAndChargedOnce() {
    var isFirst = new AtomicBoolean(true);
    loop.models.replies(
        _ -> isFirst.getAndSet(false) ? new Reply.Cut() : TestingOpenAiServer.completion());
    var report = node.ask(loop.message(bot, "ann", "1", "Hello!"));

    assertThat(report.stopReason()).contains("completed");
    assertThat(loop.models.received()).hasSize(2);
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isEqualTo(97_950);
    assertThat(rows("charge")).isEqualTo(1);
    assertThat(rows("leak")).isEqualTo(1);
  }

  @Test
  void aCallThatIsCutTwiceEndsTheTurnAndCostsNothing() {
    loop.models.reply(new Reply.Cut());
    var report = node.ask(loop.message(bot, "ann", "1", "Hello!"));

    assertThat(report.stopReason()).contains("provider_error");
    assertThat(report.response()).contains(TestingAgentLoop.FALLBACK_MESSAGE);
    assertThat(loop.models.received()).hasSize(2);
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isZero();
    assertThat(rows("leak")).isEqualTo(2);
  }

  @Test
  void aCallThatTheProviderRefusesCostsNothing() {
    loop.models.reply(TestingOpenAiServer.error(401, "invalid_api_key", "no"));
    var report = node.ask(loop.message(bot, "ann", "1", "Hello!"));

    assertThat(report.stopReason()).contains("provider_error");
    assertThat(loop.models.received()).hasSize(1);
    assertThat(rows("charge") + rows("leak")).isZero();
  }

  @Test
  void aMessageThatBreaksEveryTurnIsGivenUpAndTheConversationGoesOn() {
    var poison = loop.message(bot, "ann", "1", "Hello?");
    var next = loop.message(bot, "ann", "2", "Hello!");
    loop.bots.breakNext(CLAIMS_MAX);
    var poisoned = node.accept(poison);
    var healthy = node.accept(next);
    Eventually.holds(
        "the message is given up",
        () -> {
          loop.skip(Duration.ofSeconds(1)); // past the pauses between two tries
          return loop.figure("SELECT count(*) FROM turn WHERE status = 'failed'") == 1;
        });

    assertThat(node.await(poisoned).response()).contains(TestingAgentLoop.FALLBACK_MESSAGE);
    assertThat(node.await(poisoned).stopReason()).contains("provider_error");
    assertThat(node.await(healthy).stopReason()).contains("completed");
    assertThat(loop.figure("SELECT max(fence) FROM conversation")).isEqualTo(CLAIMS_MAX + 2);
    assertThat(loop.models.received()).hasSize(1);
  }

  @Test
  void aBotThatIsDeletedWhileItsMessageWaitsEndsTheTurn() {
    var inTheModel = new CountDownLatch(1);
    var isDeleted = new CountDownLatch(1);
    loop.models.replies(_ -> {
      inTheModel.countDown();
      waitFor(isDeleted);
      return TestingOpenAiServer.completion();
    });
    var running = node.accept(loop.message(bot, "ann", "1", "Hello!"));
    var waiting = node.accept(loop.message(bot, "ann", "2", "Are you there?"));
    waitFor(inTheModel);
    loop.bots.delete(bot.bot());
    isDeleted.countDown();

    assertThat(node.await(running).stopReason()).contains("completed");
    assertThat(node.await(waiting).stopReason()).contains("provider_error");
    assertThat(node.await(waiting).problem()).contains("the bot was deleted");
    assertThat(loop.models.received()).hasSize(1);
  }

  @Test
  void noConnectionIsHeldWhileAModelIsAtWork() {
    var activeLeast = new AtomicInteger(Integer.MAX_VALUE);
    loop.models.replies(_ -> {
      // The worker looks for work now and then: a connection that is held is never given back.
      Eventually.holds(
          "no connection is in use",
          Duration.ofSeconds(10),
          () -> {
            int active = node.pool.getHikariPoolMXBean().getActiveConnections();
            return activeLeast.updateAndGet(least -> Math.min(least, active)) == 0;
          });
      return TestingOpenAiServer.completion();
    });
    node.ask(loop.message(bot, "ann", "1", "Hello!"));

    assertThat(activeLeast.get()).isZero();
  }

  @Test
  void aCapThatIsUsedUpAnswersWithTheLimitMessageAndCallsNobody() {
    var poor = loop.newBot(1_000, Map.of(LimitKind.LIFETIME, new NanoUsd(100_000)));
    var report = node.ask(loop.message(poor, "ann", "1", "Hello!"));

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.response()).contains(TestingAgentLoop.LIMIT_MESSAGE);
    assertThat(loop.models.received()).isEmpty();
  }

  private long rows(String kind) {
    return loop.figure("SELECT count(*) FROM ledger_transaction WHERE kind = ?", kind);
  }

  private static String lastMessage(Received request) {
    return texts(request).getLast();
  }

  private static List<String> texts(Received request) {
    var texts = new ArrayList<String>();
    for (JsonNode message : request.body().path("messages")) {
      texts.add(message.path("content").asText());
    }
    return texts;
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).as("what was waited for happened").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
