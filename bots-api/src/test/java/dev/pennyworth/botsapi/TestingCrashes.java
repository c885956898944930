package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.botsapi.CrashPoint.Place;
import dev.pennyworth.botsapi.TestingSender.Event;
import dev.pennyworth.migrations.TestingDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/// Kills the program at every [CrashPoint], and lets the next one go on with what is left.
///
/// Several turns stand at their points when a program is killed, each of a team of its own, so that
/// no lock of one is in another's way. A turn that stands in a booking keeps those behind it in its
/// line waiting (`GroupCommit` has two lines, by the team's id): of these, two teams of different
/// lines stand at once, and come last.
final class TestingCrashes implements AutoCloseable {
  private static final int LINES = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final long PROMPT_TOKENS = 485;
  private static final long COMPLETION_TOKENS = 42;

  private static final String CONNECTIONS_OF_THE_PROGRAM =
      """
      SELECT count(*)
      FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'pennyworth'
      """;

  private static final String TURN =
      """
      SELECT concat_ws(' | ', t.status,
        coalesce(
          (SELECT string_agg(concat_ws(' ', s.n, s.kind, s.state, '#' || s.attempt), ', ' ORDER BY n)
            FROM step s WHERE s.turn_id = t.turn_id),
          'no step'),
        concat_ws(', ',
          (SELECT count(*) FROM hold h WHERE h.turn_id = t.turn_id AND h.state = 'open') || ' held',
          (SELECT count(*) FROM ledger_transaction l
            WHERE l.turn_id = t.turn_id AND l.kind = 'charge') || ' charged',
          (SELECT count(*) FROM ledger_transaction l
            WHERE l.turn_id = t.turn_id AND l.kind = 'leak') || ' lost'),
        coalesce((SELECT o.state FROM outbox o WHERE o.turn_id = t.turn_id), 'no reply'))
      FROM turn t
      WHERE t.team_id = ?
      """;

  private final Path home;
  private final TestingDatabase database = TestingDatabase.create();
  private final Jdbi jdbi = Jdbi.create(database.dataSource());
  private final TestingPostgresProxy proxy = new TestingPostgresProxy(database.jdbcUrl());
  private final TestingOpenAiServer models = new TestingOpenAiServer();
  private final Map<CrashPoint, Stand> stands = new EnumMap<>(CrashPoint.class);
  private final Map<CrashPoint, Crash> crashes = new EnumMap<>(CrashPoint.class);
  private final Set<CrashPoint> answeredTooEarly = ConcurrentHashMap.newKeySet();
  private volatile TestingProcess program;

  private TestingCrashes(Path home) {
    this.home = home;
    this.program = start();
  }

  /// What came of a point.
  ///
  /// @param left what the database held after the kill
  /// @param answer to the same event, sent again
  record Crash(String left, TestingAnswer answer) {}

  /// A turn on its way to its point.
  private record Stand(
      CrashPoint point,
      TestingTeam team,
      Event event,
      Optional<TestingStop> stop,
      CountDownLatch isAtModel) {
    void await() throws InterruptedException {
      if (stop.isPresent()) {
        stop.get().await(PATIENCE);
      } else if (!isAtModel.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("the model was not called at " + point);
      }
    }
  }

  /// Runs all of them.
  static TestingCrashes run(Path home) throws Exception {
    Files.writeString(
        home.resolve("prices.json"),
        """
        {"tools":[{"tool":"current_time","price_cents":"0.01","effective_from":"2026-01-01"}]}
        """);
    var crashes = new TestingCrashes(home);
    try {
      crashes.models.replies(crashes::reply);
      for (var round : rounds()) {
        crashes.crash(round);
      }
      return crashes;
    } catch (Exception | Error e) {
      crashes.close();
      throw e;
    }
  }

  /// Points that can be stood at together, those in bookings last.
  private static List<List<CrashPoint>> rounds() {
    var booking = Arrays.stream(CrashPoint.values()).filter(CrashPoint::isInABooking).toList();
    var others = Arrays.stream(CrashPoint.values()).filter(one -> !one.isInABooking()).toList();
    var rounds = new ArrayList<List<CrashPoint>>();
    for (int i = 0; i < booking.size(); i += LINES) {
      var last = booking.subList(i, Math.min(i + LINES, booking.size()));
      rounds.add(i == 0 ? Stream.concat(others.stream(), last.stream()).toList() : last);
    }
    return rounds;
  }

  private TestingProcess start() {
    return TestingProgram.on(database, home)
        .withModels(models.baseUrl())
        .through(proxy, database)
        .start();
  }

  private void crash(List<CrashPoint> round) throws Exception {
    for (int i = 0; i < round.size(); i++) {
      stands.put(round.get(i), prepare(round.get(i), i % LINES));
    }
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var others = round.stream().filter(point -> !point.isInABooking()).toList();
      others.forEach(point -> callers.execute(() -> deliver(point)));
      for (var point : others) {
        stand(point).await();
      }
      for (var point : round.subList(others.size(), round.size())) {
        callers.execute(() -> deliver(point));
        stand(point).await();
      }
      program.kill();
    }
    proxy.disarm();
    Eventually.holds("PostgreSQL has noticed", () -> figure(CONNECTIONS_OF_THE_PROGRAM) == 0);
    var left = new EnumMap<CrashPoint, String>(CrashPoint.class);
    round.forEach(point -> left.put(point, rowsOf(point)));
    // As when the 8 s have passed that a node's row is good for.
    jdbi.useHandle(handle -> handle.execute("UPDATE node SET expires_at = '-infinity'"));
    program = start();
    redeliver(left);
  }

  private Stand prepare(CrashPoint point, int line) {
    var team = register();
    while (point.isInABooking() && lineOf(team) != line) {
      team = register();
    }
    boolean isPractice = point.turn() == CrashPoint.Turn.WITH_TOOL;
    var sender =
        TestingSender.ofNewBot(
            program,
            team.accessToken(),
            point.name(),
            isPractice ? "builtin" : "openai",
            isPractice ? "pennyworth-mini" : "gpt-4o-mini");
    var text = point.mark() + (isPractice ? "\\n/tool current_time {}" : "");
    var stop = point.stop(team.id());
    if (point.place() instanceof Place.Database) {
      stop.ifPresent(proxy::arm);
      point.stopOfNext(team.id()).ifPresent(proxy::arm);
    }
    return new Stand(point, team, new Event(sender, "1", "ann", text), stop, new CountDownLatch(1));
  }

  private static int lineOf(TestingTeam team) {
    return Math.floorMod(team.id().uuid().hashCode(), LINES);
  }

  private TestingTeam register() {
    return TestingTeam.of(
        program.post(
            "/api/auth/register",
            "",
            "{\"email\":\"%s@example.com\",\"password\":\"%s\"}"
                .formatted(UUID.randomUUID(), TestingTeam.PASSWORD)));
  }

  private Stand stand(CrashPoint point) {
    return Objects.requireNonNull(stands.get(point));
  }

  private void deliver(CrashPoint point) {
    if (TestingSender.deliver(program, stand(point).event())) {
      answeredTooEarly.add(point);
    }
  }

  /// What the model answers; it keeps silent, or half silent, where that is the point.
  private Reply reply(Received request) {
    var point = CrashPoint.namedIn(request.text()).orElseThrow();
    int call = modelCalls(point);
    boolean asksForTool = point.turn() == CrashPoint.Turn.WITH_TWO_CALLS && call == 1;
    var answer =
        asksForTool
            ? TestingOpenAiServer.toolCalls(
                Map.of("current_time", "{}"), PROMPT_TOKENS, COMPLETION_TOKENS)
            : TestingOpenAiServer.completion("answer " + call, PROMPT_TOKENS, COMPLETION_TOKENS);
    if (!(point.place() instanceof Place.Model(var at, var written)) || at != call) {
      return answer;
    }
    if (written == CrashPoint.Reply.WHOLE) {
      stand(point).stop().ifPresent(proxy::arm);
      return answer;
    }
    stand(point).isAtModel().countDown();
    return written == CrashPoint.Reply.HALF && answer instanceof Reply.Answer(_, _, var body)
        ? new Reply.HangHalfway(body)
        : new Reply.Hang();
  }

  /// All at once, as platforms do, when the program is there again.
  private void redeliver(Map<CrashPoint, String> left) throws Exception {
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new EnumMap<CrashPoint, Future<TestingAnswer>>(CrashPoint.class);
      left.keySet()
          .forEach(point -> answers.put(point, callers.submit(() -> deliverOnceMore(point))));
      for (var answer : answers.entrySet()) {
        var point = answer.getKey();
        crashes.put(
            point, new Crash(Objects.requireNonNull(left.get(point)), answer.getValue().get()));
      }
    }
  }

  Crash of(CrashPoint point) {
    return Objects.requireNonNull(crashes.get(point));
  }

  /// Those whose caller had a reply before the kill.
  Set<CrashPoint> answeredTooEarly() {
    return answeredTooEarly;
  }

  TestingAnswer deliverOnceMore(CrashPoint point) {
    var event = stand(point).event();
    return event.sender().post(program, event);
  }

  TestingAnswer get(CrashPoint point, String path) {
    return program.get(path, stand(point).team().accessToken());
  }

  /// How many calls of a turn the model has got so far.
  int modelCalls(CrashPoint point) {
    return Math.toIntExact(
        models.received().stream().filter(one -> one.text().contains(point.mark())).count());
  }

  long openHolds() {
    return figure("SELECT count(*) FROM hold WHERE state = 'open'");
  }

  /// The turn as [CrashPoint] writes it.
  String rowsOf(CrashPoint point) {
    return jdbi.withHandle(handle ->
        handle
            .select(TURN, stand(point).team().id().uuid())
            .mapTo(String.class)
            .findOne()
            .orElse("nothing"));
  }

  private long figure(String sql) {
    return jdbi.withHandle(handle -> handle.select(sql).mapTo(Long.class).one());
  }

  /// `./pennyworth verify`.
  TestingProcess.Result verify() throws IOException {
    return TestingProcess.run(TestingServer.variables(database, Map.of()), "verify");
  }

  @Override
  public void close() {
    program.kill();
    models.close();
    proxy.close();
    database.close();
  }
}
