package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.botsapi.TestingRoutes.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries in every place where an owner may put a secret, and a look at everything that anyone
/// could read afterwards: answers, logs, console, and the raw files of the database.
///
/// One day of a bot is lived through once, before all tests. A text that is no secret lives through
/// it too: where it is not found, the search is broken.
final class SecretsTest {
  private static final Map<String, String> SECRETS = new LinkedHashMap<>();
  private static final List<String> ANSWERS = new ArrayList<>();
  private static final ByteArrayOutputStream CONSOLE = new ByteArrayOutputStream();
  private static final String NO_SECRET = "known-" + UUID.randomUUID();

  @TempDir private static Path home;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static TestingTeam team;

  @BeforeAll
  static void liveADay() {
    var out = System.out;
    var err = System.err;
    var console = new PrintStream(CONSOLE, true, StandardCharsets.UTF_8);
    System.setOut(console);
    System.setErr(console);
    try {
      provider = new TestingOpenAiServer();
      provider.replies(SecretsTest::echoKey);
      server =
          TestingServer.start(
              Map.of(
                  "PENNYWORTH_HOME",
                  home.toString(),
                  "PENNYWORTH_DATABASE_URL",
                  "", // the embedded database, whose files are in the data folder
                  "PENNYWORTH_ALLOW_PRIVATE_NETWORKS",
                  "true",
                  "OPENAI_BASE_URL",
                  provider.baseUrl().toString(),
                  "OPENAI_API_KEY",
                  secret("operator's pooled key")));
      team = server.register();
      useAByokBot();
      useATelegramBot();
      useACustomServer();
      useWebhookSecrets();
      misplaceSecrets();
      readEverything();
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  @Test
  void theDayWasLivedThrough() {
    assertThat(SECRETS).hasSizeGreaterThan(8);
    assertThat(ANSWERS).hasSizeGreaterThan(30).anyMatch(answer -> answer.contains(NO_SECRET));
    assertThat(provider.received())
        .extracting(request -> request.header("authorization"))
        .contains(
            "Bearer " + SECRETS.get("llm_api_key"),
            "Bearer " + SECRETS.get("replaced llm_api_key"),
            "Bearer " + SECRETS.get("operator's pooled key"));
  }

  @Test
  void noAnswerShowsASecret() {
    SECRETS.forEach((name, secret) ->
        assertThat(ANSWERS)
            .as(name)
            .noneMatch(answer -> forms(secret).stream().anyMatch(answer::contains)));
  }

  @Test
  void neitherConsoleNorLogShowsASecret() throws IOException {
    var log = Files.readString(TestingServer.log());

    assertThat(log).as("a log of everything").contains("Schema at version");
    SECRETS.forEach((name, secret) ->
        forms(secret)
            .forEach(form -> {
              assertThat(log.contains(form)).as("%s in the log", name).isFalse();
              assertThat(CONSOLE.toString(StandardCharsets.UTF_8).contains(form))
                  .as("%s on the console", name)
                  .isFalse();
            }));
  }

  @Test
  void noFileOfTheDataFolderHoldsASecret() throws IOException {
    server.bean(Jdbi.class).useHandle(handle -> handle.execute("CHECKPOINT"));

    var files = files();

    assertThat(files.stream().filter(file -> file.toString().contains("pg_wal"))).isNotEmpty();
    assertThat(holding(files, NO_SECRET)).as("the search finds what is there").isNotEmpty();
    for (var secret : SECRETS.entrySet()) {
      for (var form : forms(secret.getValue())) {
        assertThat(holding(files, form)).as(secret.getKey()).isEmpty();
      }
    }
  }

  private static void useAByokBot() {
    var body =
        TestingBot.body(
            "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"billing_mode\":\"byok\","
                + "\"llm_api_key\":\"%s\",\"description\":\"%s\""
                    .formatted(secret("llm_api_key"), NO_SECRET));
    var made = server.post("/api/bots", token(), body, "Idempotency-Key", "byok");
    var replayed = server.post("/api/bots", token(), body, "Idempotency-Key", "byok");
    assertThat(replayed.text())
        .isEqualTo(made.text())
        .doesNotContain(SECRETS.getOrDefault("llm_api_key", ""));
    SECRETS.put("replayed webhook_secret", made.json().path("webhook_secret").textValue());
    var bot = "/api/bots/" + made.json().path("id").textValue();
    keep(server.post(bot + "/test", token(), "{\"message\":\"Hello?\"}"));
    keep(
        server.patch(
            bot, token(), "{\"llm_api_key\":\"%s\"}".formatted(secret("replaced llm_api_key"))));
    keep(server.post(bot + "/test", token(), "{\"message\":\"Hello?\"}"));
    keep(server.patch(bot, token(), "{\"billing_mode\":\"wallet\"}"));
    keep(server.post(bot + "/test", token(), "{\"message\":\"Hello?\"}"));
    keep(server.patch(bot, token(), "{\"llm_api_key\":null}"));
  }

  private static void useATelegramBot() {
    var made =
        keep(
            server.post(
                "/api/bots",
                token(),
                TestingBot.body(
                    "\"platform\":\"telegram\",\"platform_config\":{\"bot_token\":\"%s\",\"webhook_secret\":\"%s\"}"
                        .formatted(secret("bot_token"), secret("telegram webhook_secret")))));
    var bot = "/api/bots/" + made.json().path("id").textValue();
    keep(
        server.patch(
            bot,
            token(),
            "{\"platform_config\":{\"bot_token\":\"%s\"}}"
                .formatted(secret("replaced bot_token"))));
    keep(server.post(bot + "/activate", token(), ""));
  }

  /// Its answer is a failure that repeats the key wherever it can.
  private static void useACustomServer() {
    var bot =
        TestingBot.active(
            server,
            team,
            "\"llm_provider\":\"custom\",\"llm_model\":\"deepseek-v3\",\"llm_api_key\":\"%s\",\"llm_config\":{\"base_url\":\"%s\"}"
                .formatted(secret("key for a custom server"), provider.baseUrl()));
    keep(bot.test("Hello?"));
    keep(bot.say("ada", "e1", "Hello?"));
  }

  /// Ours to make, and shown in the one answer that makes them: the tests keep that one apart.
  private static void useWebhookSecrets() {
    var bot = TestingBot.active(server, team, "");
    SECRETS.put("webhook_secret", bot.webhookSecret());
    keep(bot.say("ada", "e1", "Hello?"));
    keep(bot.receive("{}", "X-Timestamp", "1", "X-Signature-256", "sha256=00"));
    var rotated = bot.owner("POST", "/webhook-secret", "").json().path("webhook_secret");
    SECRETS.put("rotated webhook_secret", rotated.textValue());
    keep(bot.get(""));
  }

  /// In the wrong place, a secret is refused without being repeated.
  private static void misplaceSecrets() {
    var secret = secret("misplaced");
    for (var fields :
        List.of(
            "\"llm_api_keys\":\"%s\"",
            "\"llm_api_key\":[\"%s\"]",
            "\"llm_api_key\":{\"%s\":1}",
            "\"platform_config\":{\"bot_token\":\"%s\"}",
            "\"platform_config\":\"%s\"",
            "\"billing_mode\":\"%s\"",
            "\"timezone\":\"%s\"",
            "\"llm_provider\":\"custom\",\"llm_config\":{\"base_url\":\"https://ada:%s@models.example\"}",
            "\"llm_provider\":\"custom\",\"llm_config\":{\"base_url\":\"https://models.example?key=%s\"}")) {
      var refused =
          keep(server.post("/api/bots", token(), TestingBot.body(fields.formatted(secret))));
      assertThat(refused.status()).as(fields).isBetween(400, 499);
    }
    keep(server.post("/api/bots", token(), "{\"llm_api_key\":\"" + secret + "\""));
    keep(server.get("/api/bots", secret));
  }

  /// Every address that can be read, for every bot.
  private static void readEverything() {
    var bots = keep(server.get("/api/bots", token())).json().path("bots");
    for (var bot : bots.findValuesAsText("id")) {
      var turns = keep(server.get("/api/bots/" + bot + "/turns", token())).json().path("turns");
      var ids =
          Map.of(
              "id",
              bot,
              "turnId",
              turns.at("/0/id").asText("none"),
              "conversationId",
              turns.at("/0/conversation_id").asText("none"));
      TestingRoutes.all(server).stream()
          .filter(route -> route.method().equals("GET"))
          .filter(route -> ids.keySet().containsAll(route.variables()))
          .map((Route route) -> route.path(ids))
          .forEach(path -> keep(server.get(path, token())));
    }
    keep(server.get("/api/ledger", token(), "Accept", "text/csv"));
  }

  private static Reply echoKey(Received request) {
    var key = request.header("authorization").replace("Bearer ", "");
    var error =
        (Reply.Answer) TestingOpenAiServer.error(401, key, "Incorrect API key provided: " + key);
    return new Reply.Answer(401, Map.of("x-request-id", key), error.body());
  }

  private static String secret(String name) {
    var secret = "canary-" + UUID.randomUUID();
    SECRETS.put(name, secret);
    return secret;
  }

  private static TestingAnswer keep(TestingAnswer answer) {
    ANSWERS.add(answer.headers().map() + "\n" + answer.text());
    return answer;
  }

  private static String token() {
    return team.accessToken();
  }

  /// As it is, in base64 and in hex.
  private static List<String> forms(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return List.of(
        secret,
        Base64.getEncoder().withoutPadding().encodeToString(bytes),
        HexFormat.of().formatHex(bytes));
  }

  /// All that was written into the data folder, but for the server's own programs.
  private static List<Path> files() throws IOException {
    try (var found = Files.walk(home)) {
      return found
          .filter(Files::isRegularFile)
          .filter(file -> !home.relativize(file).getName(0).toString().startsWith("postgresql-"))
          .toList();
    }
  }

  private static List<Path> holding(List<Path> files, String text) throws IOException {
    var holding = new ArrayList<Path>();
    for (var file : files) {
      // One byte, one character: a text of ASCII is found wherever it begins.
      if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
        holding.add(file);
      }
    }
    return holding;
  }
}
