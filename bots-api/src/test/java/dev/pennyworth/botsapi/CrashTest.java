package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.TestingSender.Event;
import dev.pennyworth.migrations.EmbeddedPostgres;
import dev.pennyworth.migrations.TestingHome;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The program as a process that is killed in the middle of its work, and started again on the same
/// data. Looks at each message, not at totals: a loss and a double would cancel out.
class CrashTest {
  private static final int BOTS = 4;
  private static final int USERS_OF_A_BOT = 10;
  private static final int CALLS_AT_ONCE = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration EXIT_MAX = Duration.ofSeconds(30);

  private final TestingOpenAiServer models = new TestingOpenAiServer();
  private final List<Event> sent = new ArrayList<>();
  private final Set<Event> answered = ConcurrentHashMap.newKeySet();
  private final List<TestingProcess> programs = new ArrayList<>();
  private final TestingHome home = TestingHome.create();

  @AfterEach
  void leaveNothingRunning() {
    models.close();
    programs.forEach(TestingProcess::kill);
    home.close();
  }

  @Test
  void killedAtAnyMomentEveryMessageHasOneOutcomeAndNothingIsChargedTwice() throws Exception {
    killWhileModelsAreAtWork(start());
    var second = start();
    assertThat(Files.readString(home.folder().resolve("address")).strip())
        .isEqualTo(second.address().toString());
    redeliver(second);
    killWhileMessagesComeIn(second);
    var third = start();
    redeliver(third);
    killWhileAnswersAreBooked(third);
    try (var last = start()) {
      redeliver(last);
      assertBooksAgree(last);
    }
    assertEachHasOneOutcome();
  }

  @Test
  void aSignalToStopLetsRunningTurnsEnd() throws Exception {
    var mayAnswer = new CountDownLatch(1);
    models.replies(_ -> answerAfter(mayAnswer));
    var program = start();
    var deliveries = deliver(program, newEvents(program, "stop", 1));
    models.awaitReceived(deliveries.size(), PATIENCE);
    program.stop();
    Eventually.holds("it stops to listen", () -> !program.isListening());
    mayAnswer.countDown();

    assertThat(program.awaitExit()).isLessThan(EXIT_MAX);
    join(deliveries);
    assertThat(answered).as("answered before it stopped").hasSameSizeAs(sent);
    assertThat(models.received()).as("calls").hasSameSizeAs(sent);
    assertEachHasOneOutcome();
  }

  private TestingProcess start() {
    return TestingProcess.start(
        home.folder(),
        Map.of(
            "OPENAI_BASE_URL",
            models.baseUrl().toString(),
            "OPENAI_API_KEY",
            "sk-of-the-operator"));
  }

  /// The calls are under way, their holds are open, and no answer has come.
  private void killWhileModelsAreAtWork(TestingProcess program) throws InterruptedException {
    models.reply(new Reply.Hang());
    var deliveries = deliver(program, newEvents(program, "models", 2));
    models.awaitReceived(CALLS_AT_ONCE, PATIENCE);
    program.kill();
    models.reply(TestingOpenAiServer.completion());
    join(deliveries);
  }

  /// The first call is made while most messages are still on their way in.
  private void killWhileMessagesComeIn(TestingProcess program) throws InterruptedException {
    int before = models.received().size();
    var deliveries = deliver(program, newEvents(program, "accepts", 2));
    models.awaitReceived(before + 1, PATIENCE);
    program.kill();
    join(deliveries);
  }

  /// Many answers arrive at once, and the first of them is booked.
  private void killWhileAnswersAreBooked(TestingProcess program) throws InterruptedException {
    var allAtOnce = new CountDownLatch(CALLS_AT_ONCE);
    models.replies(_ -> {
      allAtOnce.countDown();
      return answerAfter(allAtOnce);
    });
    int before = answered.size();
    var deliveries = deliver(program, newEvents(program, "answers", 2));
    Eventually.holds("one is booked", () -> answered.size() > before);
    program.kill();
    join(deliveries);
  }

  private static Reply answerAfter(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          ? TestingOpenAiServer.completion()
          : new Reply.Cut();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Messages to new bots: one takes no more than 60 a minute.
  private static List<Event> newEvents(TestingProcess program, String name, int messagesOfAUser) {
    var token = program.signIn();
    var events = new ArrayList<Event>();
    for (int bot = 1; bot <= BOTS; bot++) {
      var sender = TestingSender.ofNewBot(program, token, name + " " + bot);
      for (int user = 1; user <= USERS_OF_A_BOT; user++) {
        for (int n = 1; n <= messagesOfAUser; n++) {
          events.add(new Event(sender, user + "/" + n, "user " + user, "message " + n));
        }
      }
    }
    return events;
  }

  private List<Thread> deliver(TestingProcess program, List<Event> events) {
    sent.addAll(events);
    return events.stream()
        .map(event ->
            Thread.ofVirtual()
                .start(() -> {
                  if (TestingSender.deliver(program, event)) {
                    answered.add(event);
                  }
                }))
        .toList();
  }

  /// Delivers what got no answer again, until all have one.
  private void redeliver(TestingProcess program) throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (var event : sent) {
      if (!answered.contains(event)) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  Eventually.holds(
                      event + " is answered", () -> TestingSender.deliver(program, event));
                  answered.add(event);
                }));
      }
    }
    join(threads);
    assertThat(answered).hasSameSizeAs(sent);
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (var thread : threads) {
      thread.join();
    }
  }

  private static void assertBooksAgree(TestingProcess program) {
    var token = program.signIn();
    assertThat(program.get("/api/ledger/verify", token).json().path("ok").asBoolean()).isTrue();
    var newest = program.get("/api/ledger?limit=1", token).json().path("entries").path(0);
    var balance = program.get("/api/balance", token).json();
    assertThat(balance.path("balance_cents").decimalValue())
        .isEqualByComparingTo(newest.required("balance_after_cents").decimalValue());
    assertThat(balance.path("held_cents").decimalValue()).isZero();
  }

  /// The program is stopped: its database is looked at directly.
  private void assertEachHasOneOutcome() {
    try (var postgres = EmbeddedPostgres.start(home.folder())) {
      var jdbi = Jdbi.create(postgres.jdbcUrl(), postgres.user(), postgres.password());
      var outcomes =
          jdbi.withHandle(handle ->
              handle
                  .createQuery(
                      """
                      SELECT t.bot_id::text || ' ' || t.event_id, concat_ws(' ', t.stop_reason,
                        (SELECT count(*) FROM message m
                          WHERE m.turn_id = t.turn_id AND m.direction = 'out'), 'reply',
                        (SELECT count(*) FROM outbox o WHERE o.turn_id = t.turn_id), 'to send',
                        (SELECT count(*) FROM ledger_transaction l
                          WHERE l.turn_id = t.turn_id AND l.kind = 'charge'), 'charge',
                        (SELECT count(*) FROM hold h
                          WHERE h.turn_id = t.turn_id AND h.state = 'open'), 'open')
                      FROM turn t
                      """)
                  .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
                  .list());
      var expected =
          sent.stream()
              .map(event ->
                  Map.entry(
                      BotId.parse(event.sender().botId()).orElseThrow().uuid()
                          + " event/"
                          + event.id(),
                      "completed 1 reply 1 to send 1 charge 0 open"))
              .collect(Collectors.toList());
      assertThat(outcomes).containsExactlyInAnyOrderElementsOf(expected);
    }
  }
}
