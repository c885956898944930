package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What it takes to fetch the messages of many Telegram bots: threads, memory and connections of
/// the program's process while all of them wait, and how long it takes until each has answered one
/// message that all get at once.
///
/// A table, not a test: run it with `.ci/benchmark telegram`. Telegram's stub is another process.
class PollingBenchmark {
  private static final List<Integer> BOTS = List.of(100, 1_000);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final TestingTelegram telegram = new TestingTelegram();
  private final List<String> tokens = new ArrayList<>();
  @TempDir private Path home;

  @Test
  void botsThatFetchTheirMessages() throws Exception {
    try (var database = TestingDatabase.create();
        telegram;
        var program = start(database);
        var figures = TestingFigures.of(program.id())) {
      TestingTable.print(
          "bots",
          "threads",
          "OS threads",
          "heap MB",
          "RSS MB",
          "pool",
          "in use max",
          "in use avg",
          "up after s",
          "answered s");
      TestingTable.print(
          Stream.of(List.of(0), figures.now(), List.of("", "")).flatMap(List::stream).toArray());
      for (int bots : BOTS) {
        measure(program, figures, bots);
      }
    }
  }

  private TestingProcess start(TestingDatabase database) {
    return TestingProgram.on(database, home)
        .with("TELEGRAM_API_URL", telegram.url())
        .startToMeasure();
  }

  private void measure(TestingProcess program, TestingFigures figures, int bots) throws Exception {
    var signIn = program.signIn();
    long startedNanos = System.nanoTime();
    while (tokens.size() < bots) {
      activate(program, signIn, tokens.size() + 1 + ":AAE-token");
    }
    Eventually.holds("all wait", PATIENCE, () -> telegram.updates().polled() >= bots);
    double upAfter = secondsSince(startedNanos);
    var waiting = figures.now();
    startedNanos = System.nanoTime();
    for (var token : tokens) {
      telegram.updates().add(token, bots, TestingTelegramBot.update(bots, 7001, "Hello?"));
    }
    int before = bots == BOTS.getFirst() ? 0 : BOTS.getFirst();
    Eventually.holds(
        "all have answered", PATIENCE, () -> telegram.count("sendmessage") == bots + before);
    var times = List.of(upAfter, secondsSince(startedNanos));
    TestingTable.print(Stream.of(List.of(bots), waiting, times).flatMap(List::stream).toArray());
  }

  private void activate(TestingProcess program, String signIn, String token) {
    var made =
        program.post(
            "/api/bots",
            signIn,
            """
            {"name":"Penny","platform":"telegram","system_prompt":"Be brief.",
             "llm_provider":"builtin","llm_model":"pennyworth-free",
             "platform_config":{"bot_token":"%s"}}
            """
                .formatted(token));
    var id = made.json().required("id").textValue();
    program.post("/api/bots/" + id + "/activate", signIn, "");
    tokens.add(token);
  }

  private static double secondsSince(long startedNanos) {
    return (System.nanoTime() - startedNanos) / 1e9;
  }
}
