package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.migrations.TestingDatabase;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long the server takes for each page of the dashboard, of a team with 200 bots and some
/// thousand turns, and what a page weighs on the wire: the document alone, compressed.
///
/// A table, not a test: run it with `.ci/benchmark pages`. The program is another process.
class PagesBenchmark {
  private static final int BOTS = 200;
  private static final int TURNS = 3_000;
  private static final int TALKERS = 16;
  private static final int WARM_UP = 30;
  private static final int LOOKS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");

  /// A bot, and the secret of its webhook.
  private record Made(String id, String secret) {}

  private final HttpClient browser =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();
  private final List<Made> bots = new ArrayList<>();
  @TempDir private Path home;

  @Test
  void pagesOfABusyTeam() throws Exception {
    try (var database = TestingDatabase.create();
        var model = new TestingOpenAiServer();
        var program = start(database, model)) {
      var signIn = program.signIn();
      fill(program, signIn);
      signIn(program);
      TestingTable.print("page", "p50 ms", "p99 ms", "kB");
      for (var page : pages(program, signIn).entrySet()) {
        measure(program, page.getKey(), page.getValue());
      }
    }
  }

  private TestingProcess start(TestingDatabase database, TestingOpenAiServer model) {
    return TestingProgram.on(database, home).withModels(model.baseUrl()).startToMeasure();
  }

  /// Bots and what people said to them, all by the front door. The first is the busiest.
  private void fill(TestingProcess program, String signIn) throws Exception {
    while (bots.size() < BOTS) {
      bots.add(make(program, signIn, bots.size()));
    }
    var next = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var talkers =
          IntStream.range(0, TALKERS)
              .<Callable<Boolean>>mapToObj(_ ->
                  () -> {
                    for (int i = next.getAndIncrement(); i < TURNS; i = next.getAndIncrement()) {
                      say(program, i);
                    }
                    return true;
                  })
              .toList();
      for (var talker : threads.invokeAll(talkers)) {
        talker.get();
      }
    }
  }

  private static Made make(TestingProcess program, String signIn, int n) {
    var made =
        program
            .post(
                "/api/bots",
                signIn,
                """
                {"name":"Bot %d","platform":"custom","system_prompt":"Be brief.",
                 "llm_provider":"openai","llm_model":"gpt-4o-mini","max_tokens_per_turn":100,
                 "spending_cap_cents":%d,"on_limit":"park"}
                """
                    .formatted(n, n % 20 == 19 ? 0 : 500))
            .json();
    var id = made.required("id").textValue();
    program.post("/api/bots/" + id + "/activate", signIn, "");
    return new Made(id, made.required("webhook_secret").textValue());
  }

  /// Over the rate limit of one bot it is said again, as programs do.
  private void say(TestingProcess program, int n) {
    var bot = bots.get(n % 4 == 0 && n < 200 ? 0 : n % BOTS);
    var body = TestingBot.message("user" + n % 300, "e" + n, "When do you open on day " + n + "?");
    Eventually.holds("it is said", PATIENCE, () -> isTaken(program, bot, body));
  }

  private static boolean isTaken(TestingProcess program, Made bot, String body) {
    var stamp = Long.toString(Instant.now().getEpochSecond());
    var answer =
        program.send(
            "POST",
            "/api/bots/webhook/custom/" + bot.id(),
            "",
            body,
            Map.of(
                "X-Timestamp",
                stamp,
                "X-Signature-256",
                TestingBot.signature(bot.secret(), stamp, body)));
    if (answer.status() != 200 && answer.status() != 429) {
      throw new IllegalStateException(answer.text());
    }
    return answer.status() == 200;
  }

  private void signIn(TestingProcess program) throws Exception {
    var page = get(program, "/dashboard/sign-in", "identity");
    var token = TOKEN.matcher(new String(page.body(), StandardCharsets.UTF_8));
    if (!token.find()) {
      throw new IllegalStateException("no form to sign in");
    }
    var body =
        "email=owner%40localhost&password="
            + URLEncoder.encode(TestingProcess.PASSWORD, StandardCharsets.UTF_8)
            + "&form_token="
            + token.group(1);
    var answer =
        browser.send(
            HttpRequest.newBuilder(program.address().resolve("/dashboard/sign-in"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 303) {
      throw new IllegalStateException(answer.body());
    }
  }

  private Map<String, String> pages(TestingProcess program, String signIn) {
    var pages = new LinkedHashMap<String, String>();
    pages.put("Home", "/dashboard");
    for (var name :
        List.of(
            "bots",
            "tools",
            "ledger",
            "usage",
            "models",
            "billing",
            "team",
            "keys",
            "webhooks",
            "audit")) {
      pages.put(name, "/dashboard/" + name);
    }
    pages.put("usage by end user", "/dashboard/usage?group_by=end_user");
    pages.put("new bot", "/dashboard/bots/new");
    var bot = bots.getFirst().id();
    var below = "/dashboard/bots/" + bot + "/";
    for (var tab :
        List.of(
            "chat",
            "settings",
            "limits",
            "platform",
            "tools",
            "conversations",
            "turns",
            "analytics")) {
      pages.put("bot: " + tab, below + tab);
    }
    var talk = program.get("/api/bots/" + bot + "/conversations", signIn).json();
    pages.put(
        "bot: a conversation",
        below + "conversations/" + talk.at("/conversations/0/id").textValue());
    var turn = program.get("/api/bots/" + bot + "/turns", signIn).json();
    pages.put("bot: a receipt", below + "turns/" + turn.at("/turns/0/id").textValue());
    return pages;
  }

  private void measure(TestingProcess program, String name, String path) throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      get(program, path, "gzip");
    }
    var nanos = new long[LOOKS];
    int bytes = 0;
    for (int i = 0; i < LOOKS; i++) {
      long startedNanos = System.nanoTime();
      bytes = get(program, path, "gzip").body().length;
      nanos[i] = System.nanoTime() - startedNanos;
    }
    Arrays.sort(nanos);
    TestingTable.print(name, nanos[LOOKS / 2] / 1e6, nanos[LOOKS * 99 / 100] / 1e6, bytes / 1e3);
  }

  private HttpResponse<byte[]> get(TestingProcess program, String path, String encoding)
      throws IOException, InterruptedException {
    var answer =
        browser.send(
            HttpRequest.newBuilder(program.address().resolve(path))
                .timeout(PATIENCE)
                .header("Accept", "text/html")
                .header("Accept-Encoding", encoding)
                .build(),
            BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(path + ": " + answer.statusCode());
    }
    return answer;
  }
}
