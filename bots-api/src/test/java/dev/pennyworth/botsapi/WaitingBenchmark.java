package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingSender.Event;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What it takes to hold conversations whose model takes 5 s: threads, memory and connections of
/// the program's process, while so many callers wait, each for an answer of its own.
///
/// A table, not a test: run it with `.ci/benchmark waiting`. Callers, database and model are
/// processes of their own. The figures include what measuring takes: some threads of remote
/// management.
class WaitingBenchmark {
  private static final List<Integer> CONVERSATIONS = List.of(200, 2_000);
  private static final int WARM_UP = 50;
  private static final int CHUNK = 50; // at most two of them are on their way to the model
  private static final int USERS_OF_A_BOT = 50; // one takes no more than 60 messages a minute
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path home;

  @Test
  void conversationsThatWaitForTheirModel() throws Exception {
    try (var database = TestingDatabase.create();
        var model = TestingSlowModel.start();
        var program = start(database, model);
        var figures = TestingFigures.of(program.id())) {
      var token = program.signIn();
      ask(program, token, model, figures, WARM_UP);
      TestingTable.print(
          "waiting",
          "threads",
          "OS threads",
          "heap MB",
          "RSS MB",
          "pool",
          "in use max",
          "in use avg",
          "wait after",
          "done after");
      printAtRest(figures);
      for (int conversations : CONVERSATIONS) {
        ask(program, token, model, figures, conversations);
      }
      printAtRest(figures);
    }
  }

  private static void printAtRest(TestingFigures figures) throws Exception {
    TestingTable.print(
        Stream.of(List.of(0), figures.now(), List.of("", "")).flatMap(List::stream).toArray());
  }

  private TestingProcess start(TestingDatabase database, TestingSlowModel model) {
    return TestingProgram.on(database, home).withModels(model.baseUrl()).startToMeasure();
  }

  /// A round: all ask, all wait for the model, all are answered.
  private static void ask(
      TestingProcess program,
      String token,
      TestingSlowModel model,
      TestingFigures figures,
      int conversations)
      throws Exception {
    var events = events(program, token, conversations);
    model.expect(conversations);
    long startedNanos = System.nanoTime();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<?>>();
      for (var event : events) {
        int sent = answers.size();
        if (sent % CHUNK == 0) {
          Eventually.holds(
              "most have come to the model", PATIENCE, () -> sent - model.waiting() <= CHUNK);
        }
        answers.add(callers.submit(() -> deliver(program, event)));
      }
      Eventually.holds("all wait", PATIENCE, () -> model.waiting() == conversations);
      double waitAfter = secondsSince(startedNanos);
      var meanwhile = figures.now();
      for (var answer : answers) {
        answer.get();
      }
      var times = List.of(waitAfter, secondsSince(startedNanos));
      TestingTable.print(
          Stream.of(List.of(conversations), meanwhile, times).flatMap(List::stream).toArray());
    }
  }

  private static List<Event> events(TestingProcess program, String token, int conversations) {
    var events = new ArrayList<Event>();
    while (events.size() < conversations) {
      var sender = TestingSender.ofNewBot(program, token, conversations + "/" + events.size());
      for (int user = 0; user < USERS_OF_A_BOT; user++) {
        events.add(new Event(sender, "1 of " + user, "user " + user, "Hello!"));
      }
    }
    Collections.shuffle(events, new Random(1));
    return events;
  }

  /// As platforms do: what is not taken is sent again.
  private static void deliver(TestingProcess program, Event event) {
    Eventually.holds(event + " is answered", PATIENCE, () -> TestingSender.deliver(program, event));
  }

  private static double secondsSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1e9;
  }
}
