package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.TurnId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Several nodes on one database: what one leaves behind, another takes over, and nothing happens
/// twice.
class WorkerTest {
  /// Nodes renew their rows for 8 s.
  private static final Duration PAST_THE_NODES_ROW = Duration.ofSeconds(9);

  /// A lease is 60 s for the longest turn and 15 s more.
  private static final Duration PAST_THE_LEASE = Duration.ofSeconds(76);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SOON_SECONDS = 30; // before patience ends, which would find it, too

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node first = loop.start();
  private final BotSettings bot = loop.newBot();
  private final CountDownLatch firstCallIsIn = new CountDownLatch(1);
  private final CountDownLatch firstCallMayEnd = new CountDownLatch(1);

  @AfterEach
  void everythingIsSettled() {
    firstCallMayEnd.countDown();
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void aTurnThatDiedInAModelCallGoesOnFromItsLastStoredStep() {
    var asksForTheTime = TestingOpenAiServer.toolCalls(Map.of("current_time", "{}"), 485, 42);
    keepFirst(
        request -> texts(request) == 4, // prompt, question, the call of the tool, its result
        request -> texts(request) == 2 ? asksForTheTime : TestingOpenAiServer.completion());
    var turn = first.accept(loop.message(bot, "ann", "1", "What time is it?"));
    waitFor(firstCallIsIn);
    first.die();
    var second = loop.start(PAST_THE_NODES_ROW);

    assertThat(second.await(turn).stopReason()).contains("completed");
    assertThat(loop.models.received())
        .hasSize(3)
        .extracting(WorkerTest::texts)
        .containsExactly(2, 4, 4);
    assertThat(loop.models.received().get(2).body().path("messages"))
        .isEqualTo(loop.models.received().get(1).body().path("messages"));
    assertThat(second.await(turn).steps())
        .extracting(step -> step.n() + " " + step.kind() + " " + step.billed().nanos())
        .containsExactly("1 model 97950", "2 tool 0", "3 model 97950");
    assertThat(rows("charge")).isEqualTo(2);
    assertThat(rows("leak")).isEqualTo(1);
  }

  @Test
  void aTurnThatDiesInEachOfTwoCallsEndsWithAnApologyAndCostsNothing() {
    var secondCallIsIn = new CountDownLatch(2);
    loop.models.replies(_ -> {
      firstCallIsIn.countDown();
      secondCallIsIn.countDown();
      return new Reply.Hang();
    });
    var turn = first.accept(loop.message(bot, "ann", "1", "Hello!"));
    waitFor(firstCallIsIn);
    first.die();
    var second = loop.start(PAST_THE_NODES_ROW);
    waitFor(secondCallIsIn);
    second.die();
    var third = loop.start(PAST_THE_LEASE.plus(PAST_THE_NODES_ROW));

    assertThat(third.await(turn).stopReason()).contains("provider_error");
    assertThat(third.await(turn).response()).contains(TestingAgentLoop.FALLBACK_MESSAGE);
    assertThat(loop.models.received()).hasSize(2);
    assertThat(rows("charge")).isZero();
    assertThat(rows("leak")).isEqualTo(2);
  }

  @Test
  void aNodeThatWasFrozenWritesNothingWhenItWakesUp() {
    keepFirst(_ -> true, _ -> TestingOpenAiServer.completion("from the second", 485, 42));
    var turn = first.accept(loop.message(bot, "ann", "1", "Hello!"));
    waitFor(firstCallIsIn);
    var second = loop.start(PAST_THE_NODES_ROW);
    assertThat(second.await(turn).response()).contains("from the second");
    firstCallMayEnd.countDown();
    first.close();

    assertThat(second.await(turn).response()).contains("from the second");
    assertThat(rows("charge")).isEqualTo(1);
    assertThat(rows("leak")).isEqualTo(1);
  }

  @Test
  void aLeaseThatExpiresIsTakenOverFromANodeThatIsAlive() {
    keepFirst(_ -> true, _ -> TestingOpenAiServer.completion("from the second", 485, 42));
    var turn = first.accept(loop.message(bot, "ann", "1", "Hello!"));
    waitFor(firstCallIsIn);
    loop.jdbi.useHandle(handle ->
        handle.execute("UPDATE conversation SET lease_until = lease_until - interval '75 s'"));

    assertThat(first.await(turn).response()).contains("from the second");
    firstCallMayEnd.countDown();
    first.close();
    assertThat(rows("charge")).isEqualTo(1);
  }

  @Test
  void aClaimThatWasLostWritesNothingAnyMore() {
    keepFirst(_ -> true, _ -> TestingOpenAiServer.completion("from the second", 485, 42));
    var turn = first.accept(loop.message(bot, "ann", "1", "Hello!"));
    waitFor(firstCallIsIn);
    // As another node's claim does.
    loop.jdbi.useHandle(handle ->
        handle.execute("UPDATE conversation SET fence = fence + 1, owner = ?", UUID.randomUUID()));
    firstCallMayEnd.countDown();
    first.close();

    assertThat(loop.figure("SELECT count(*) FROM turn WHERE status = 'queued'")).isEqualTo(1);
    assertThat(loop.figure("SELECT count(*) FROM step WHERE state = 'started'")).isEqualTo(1);
    assertThat(loop.figure("SELECT count(*) FROM hold WHERE state = 'open'")).isEqualTo(1);
    assertThat(loop.figure("SELECT count(*) FROM message WHERE direction = 'out'")).isZero();
    assertThat(loop.figure("SELECT pending FROM conversation")).isEqualTo(1);
    assertThat(rows("charge") + rows("leak")).isZero();

    var second = loop.start(PAST_THE_LEASE);
    assertThat(second.await(turn).response()).contains("from the second");
  }

  @Test
  void aClaimThatIsLostBetweenTwoStepsMakesNoFurtherCall() {
    loop.models.replies(request -> {
      if (texts(request) == 2) {
        loop.jdbi.useHandle(handle ->
            handle.execute(
                "UPDATE conversation SET fence = fence + 1, owner = ?", UUID.randomUUID()));
        return TestingOpenAiServer.toolCalls(Map.of("current_time", "{}"), 485, 42);
      }
      return TestingOpenAiServer.completion();
    });
    var turn = first.accept(loop.message(bot, "ann", "1", "What time is it?"));
    Eventually.holds("the call is made", () -> !loop.models.received().isEmpty());
    first.close();

    assertThat(loop.models.received()).hasSize(1);
    assertThat(rows("charge")).isZero();
    loop.models.replies(_ -> TestingOpenAiServer.completion());
    assertThat(loop.start(PAST_THE_LEASE).await(turn).stopReason()).contains("completed");
  }

  @Test
  void twoNodesNeverAnswerTheSameMessage() {
    var second = loop.start();
    var turns = new ArrayList<TurnId>();
    for (int i = 0; i < 100; i++) {
      turns.add(first.accept(loop.message(bot, "channel " + i % 50, "a" + i, "Hello!")));
      turns.add(second.accept(loop.message(bot, "channel " + i % 50, "b" + i, "Hello!")));
    }
    turns.forEach(turn -> assertThat(first.await(turn).stopReason()).contains("completed"));

    assertThat(loop.models.received()).hasSize(turns.size());
    assertThat(rows("charge")).isEqualTo(turns.size());
    assertThat(rows("leak")).isZero();
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isEqualTo(turns.size() * 97_950L);
    assertThat(loop.figure("SELECT count(DISTINCT owner) FROM conversation"))
        .as("nodes that took part")
        .isEqualTo(2);
  }

  @Test
  void allWhoWaitInAProcessHearOfTurnsThatEndInAnother() throws Exception {
    loop.models.replies(_ -> {
      waitFor(firstCallMayEnd);
      return TestingOpenAiServer.completion();
    });
    var elsewhere = loop.reportsOfAnotherProcess();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var waiting = new ArrayList<Future<Optional<TurnReport>>>();
      for (int i = 0; i < 100; i++) {
        var turn = first.accept(loop.message(bot, "channel " + i / 2, "e" + i, "Hello!"));
        waiting.add(threads.submit(() -> elsewhere.await(loop.team, turn, PATIENCE)));
        waiting.add(threads.submit(() -> elsewhere.await(loop.team, turn, PATIENCE)));
      }
      firstCallMayEnd.countDown();
      for (var report : waiting) {
        assertThat(report.get(SOON_SECONDS, TimeUnit.SECONDS).flatMap(TurnReport::stopReason))
            .contains("completed");
      }
    }
  }

  @Test
  void aNodeThatStopsLetsItsTurnsEnd() {
    keepFirst(_ -> true, _ -> TestingOpenAiServer.completion());
    var turn = first.accept(loop.message(bot, "ann", "1", "Hello!"));
    waitFor(firstCallIsIn);
    var stopping = Thread.ofVirtual().start(first::close);
    var late = first.accept(loop.message(bot, "bob", "2", "Hello!"));
    firstCallMayEnd.countDown();
    join(stopping);

    var second = loop.start();
    assertThat(second.await(turn).stopReason()).contains("completed");
    assertThat(second.await(late).stopReason()).contains("completed");
    assertThat(loop.models.received()).hasSize(2);
    assertThat(rows("leak")).isZero();
    assertThat(loop.figure("SELECT count(*) FROM node")).isEqualTo(1);
  }

  /// The first request that fits is kept until it may end, then answered; all others are answered
  /// at once.
  private void keepFirst(Function<Received, Boolean> isKept, Function<Received, Reply> others) {
    loop.models.replies(request -> {
      if (isKept.apply(request) && firstCallIsIn.getCount() == 1) {
        firstCallIsIn.countDown();
        waitFor(firstCallMayEnd);
        return TestingOpenAiServer.completion("from the first", 485, 42);
      }
      return others.apply(request);
    });
  }

  private static int texts(Received request) {
    return request.body().path("messages").size();
  }

  private long rows(String kind) {
    return loop.figure("SELECT count(*) FROM ledger_transaction WHERE kind = ?", kind);
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).as("what was waited for happened").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
