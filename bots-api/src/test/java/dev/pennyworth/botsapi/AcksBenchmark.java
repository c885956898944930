package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How soon a platform's webhook is answered while turns run whose model takes 5 s: half of the
/// requests, and 99 of 100, by how many are sent at once.
///
/// A table, not a test: run it with `.ci/benchmark acks`. Callers and stubs are another process.
class AcksBenchmark {
  private static final List<Integer> AT_ONCE = List.of(1, 4, 16, 64);
  private static final int MESSAGES = 600;
  private static final int BOTS = 150; // one takes no more than 60 messages a minute
  private static final Duration MODEL = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<String> bots = new ArrayList<>();
  @TempDir private Path home;

  @Test
  void webhooksWhileTurnsRun() throws Exception {
    try (var database = TestingDatabase.create();
        var telegram = new TestingTelegram();
        var model = new TestingOpenAiServer();
        var program = start(database, telegram, model)) {
      model.replies(_ -> new Reply.Later(MODEL, TestingOpenAiServer.completion()));
      var signIn = program.signIn();
      while (bots.size() < BOTS) {
        bots.add(activate(program, signIn, bots.size() + 1 + ":AAE-token"));
      }
      post(program, 8); // so that the virtual machine is warm
      TestingTable.print(
          "at once", "a second", "p50 ms", "p99 ms", "max ms", "answered", "refused");
      for (int atOnce : AT_ONCE) {
        measure(program, telegram, atOnce);
      }
    }
  }

  private TestingProcess start(
      TestingDatabase database, TestingTelegram telegram, TestingOpenAiServer model) {
    return TestingProgram.on(database, home)
        .with("PENNYWORTH_PUBLIC_URL", TestingTelegramBot.PUBLIC_URL)
        .with("TELEGRAM_API_URL", telegram.url())
        .withModels(model.baseUrl())
        .startToMeasure();
  }

  private void measure(TestingProcess program, TestingTelegram telegram, int atOnce)
      throws Exception {
    int before = telegram.count("sendmessage");
    long startedNanos = System.nanoTime();
    var nanos = post(program, atOnce);
    double seconds = (System.nanoTime() - startedNanos) / 1e9;
    int meanwhile = telegram.count("sendmessage") - before;
    Arrays.sort(nanos);
    TestingTable.print(
        atOnce,
        MESSAGES / seconds,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6,
        nanos[nanos.length - 1] / 1e6,
        meanwhile,
        refused.getAndSet(0));
    Eventually.holds(
        "all are answered", PATIENCE, () -> telegram.count("sendmessage") >= ids.get());
  }

  /// Sends messages, each of another end user, so many at once.
  ///
  /// @return how long each took
  private long[] post(TestingProcess program, int atOnce) throws Exception {
    var nanos = new long[MESSAGES];
    var next = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var callers =
          IntStream.range(0, atOnce)
              .<Callable<Boolean>>mapToObj(_ ->
                  () -> {
                    for (int i = next.getAndIncrement(); i < MESSAGES; i = next.getAndIncrement()) {
                      nanos[i] = post(program);
                    }
                    return true;
                  })
              .toList();
      for (var caller : threads.invokeAll(callers)) {
        caller.get();
      }
    }
    return nanos;
  }

  private long post(TestingProcess program) {
    int id = ids.incrementAndGet();
    return post(program, TestingTelegramBot.update(id, 1_000_000L + id, "Hello?"), id);
  }

  private long post(TestingProcess program, String body, int id) {
    long startedNanos = System.nanoTime();
    var answer =
        program.send(
            "POST",
            "/api/bots/webhook/telegram/" + bots.get(id % BOTS),
            "",
            body,
            Map.of(TestingTelegramBot.HEADER, TestingTelegramBot.SECRET));
    long nanos = System.nanoTime() - startedNanos;
    if (answer.status() != 200) {
      refused.incrementAndGet();
      return nanos + post(program, body, id); // as platforms do
    }
    return nanos;
  }

  private static String activate(TestingProcess program, String signIn, String token) {
    var made =
        program.post(
            "/api/bots",
            signIn,
            """
            {"name":"Penny","platform":"telegram","system_prompt":"Be brief.",
             "llm_provider":"openai","llm_model":"gpt-4o-mini","max_tokens_per_turn":100,
             "platform_config":{"bot_token":"%s","webhook_secret":"%s"}}
            """
                .formatted(token, TestingTelegramBot.SECRET));
    var id = made.json().required("id").textValue();
    program.post("/api/bots/" + id + "/activate", signIn, "");
    return id;
  }
}
