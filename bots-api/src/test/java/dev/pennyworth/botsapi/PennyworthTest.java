package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.botsapi.http.FailingController;
import dev.pennyworth.migrations.TestingDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PennyworthTest {
  private static final String OTHER_KEY = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  @TempDir private Path home;
  private TestingDatabase database;

  @BeforeEach
  void create() {
    database = TestingDatabase.create();
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private TestingServer start(Map<String, String> more) {
    return TestingServer.start(database, more);
  }

  @Test
  void theFirstStartShowsHowToSignInAndTheNextDoNot() {
    try (var first = start(Map.of())) {
      var password = found("Password +(\\S+)", first.greeting());
      var credentials = "{\"email\":\"owner@localhost\",\"password\":\"%s\"}".formatted(password);

      assertThat(first.greeting()).contains(first.address().toString(), "owner@localhost");
      assertThat(first.post("/api/auth/login", "", credentials).status()).isEqualTo(200);
      assertThat(first.get("/api/keys", found("(pwk_\\S+)", first.greeting())).status())
          .isEqualTo(200);
    }
    try (var second = start(Map.of())) {
      assertThat(second.greeting())
          .contains(second.address().toString())
          .doesNotContain("Password", "pwk_", "owner@localhost");
    }
  }

  @Test
  void theCurlOfTheGreetingWorksAsPrinted() {
    try (var server = start(Map.of())) {
      var curl =
          Pattern.compile("curl -s (\\S+) -H 'Authorization: Bearer (\\S+)' .* -d '(.+)'")
              .matcher(server.greeting());
      assertThat(curl.find()).as(server.greeting()).isTrue();

      var answer = server.post(URI.create(curl.group(1)).getPath(), curl.group(2), curl.group(3));

      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("response").textValue()).isNotEmpty();
      assertThat(answer.json().path("billed_cents").decimalValue()).isPositive();
      assertThat(answer.json().path("stop_reason").textValue()).isEqualTo("completed");
    }
  }

  @Test
  void anOwnersChosenPasswordIsNotShown() {
    try (var server =
        start(
            Map.of(
                "PENNYWORTH_OWNER_EMAIL", "Ann@Example.com",
                "PENNYWORTH_OWNER_PASSWORD", "a chosen password"))) {
      assertThat(server.greeting()).contains("ann@example.com").doesNotContain("a chosen password");
      assertThat(
              server
                  .post(
                      "/api/auth/login",
                      "",
                      "{\"email\":\"ann@example.com\",\"password\":\"a chosen password\"}")
                  .status())
          .isEqualTo(200);
    }
  }

  @Test
  void theAddressIsWrittenToTheHome() throws IOException {
    try (var server = start(Map.of("PENNYWORTH_HOME", home.toString()))) {
      assertThat(Files.readString(home.resolve("address")).strip())
          .isEqualTo(server.address().toString());
    }
  }

  @Test
  void aWrongMasterKeyStopsTheStart() {
    start(Map.of()).close();

    assertThatThrownBy(() -> start(Map.of("PENNYWORTH_MASTER_KEY", OTHER_KEY)))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("The master key is not the one")
        .hasMessageContaining("PENNYWORTH_MASTER_KEY");
  }

  @Test
  void tokensSurviveARestart() {
    TestingTeam team;
    try (var first = start(Map.of())) {
      team = first.register();
    }
    try (var second = start(Map.of())) {
      assertThat(second.get("/api/keys", team.accessToken()).status()).isEqualTo(200);
    }
  }

  @Test
  void aTakenPortStopsTheStartBeforeAnythingIsMade() throws IOException {
    try (var taken = new ServerSocket(0)) {
      assertThatThrownBy(
              () -> start(Map.of("PENNYWORTH_PORT", Integer.toString(taken.getLocalPort()))))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("PENNYWORTH_PORT");
    }
    try (var server = start(Map.of())) {
      assertThat(server.greeting()).contains("Password");
    }
  }

  @Test
  void aStoppedServerAnswersNoMore() {
    URI address;
    try (var server = start(Map.of())) {
      address = server.address();
      assertThat(server.get("/health", "").status()).isEqualTo(200);
    }
    try (var other = start(Map.of())) {
      assertThatThrownBy(
              () -> other.send(HttpRequest.newBuilder(address.resolve("/health")).build()))
          .hasRootCauseInstanceOf(IOException.class);
    }
  }

  @Test
  void aStopLetsARunningRequestFinishAndTakesNoNewOne() throws Exception {
    var server = start(Map.of());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = threads.submit(() -> server.get("/testing/slow", ""));
      FailingController.HAS_BEGUN.await();
      var stop = threads.submit(server::close);
      awaitRefusal(server.address());
      FailingController.MAY_END.countDown();

      assertThat(running.get().text()).isEqualTo("finished");
      stop.get();
    }
  }

  private static void awaitRefusal(URI address) {
    while (true) {
      try (var _ = new Socket(address.getHost(), address.getPort())) {
        Thread.onSpinWait();
      } catch (IOException _) {
        return;
      }
    }
  }

  @Test
  void itRunsOnADatabaseOfItsOwn() {
    var out = new ByteArrayOutputStream();
    var variables = Map.of("PENNYWORTH_PORT", "0", "PENNYWORTH_HOME", home.toString());
    try (var server =
        Pennyworth.start(
            variables, new TestingClock(), new PrintStream(out, true, StandardCharsets.UTF_8))) {
      assertThat(out.toString(StandardCharsets.UTF_8)).contains(server.address().toString());
      assertThat(home.resolve("master.key")).exists();
      assertThatThrownBy(
              () -> Pennyworth.start(variables, new TestingClock(), new PrintStream(out)))
          .hasMessageContaining("Another Pennyworth is running on " + home);
    }
  }

  @Test
  void noSecretIsLogged() throws IOException {
    var canary = "canary-in-a-coal-mine";
    String email = "canary.owner@example.com";
    String key;
    String access;
    try (var server =
        start(
            Map.of(
                "PENNYWORTH_OWNER_PASSWORD", canary + "-owner",
                "OPENAI_API_KEY", canary + "-openai",
                "STRIPE_API_KEY", canary + "-stripe"))) {
      var credentials = "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, canary + "-user");
      access =
          server
              .post("/api/auth/register", "", credentials)
              .json()
              .path("access_token")
              .textValue();
      key = server.post("/api/keys", access, "{\"name\":\"x\"}").json().path("key").textValue();
      server.get("/api/keys", key);
      server.post("/api/auth/login", "", credentials.replace("user", "wrong"));
      server.post("/api/auth/login", "", credentials.replace("\"password\"", "\"" + canary + "\""));
      server.get("/testing/fail?secret=" + canary, key);
      server.get("/api/keys", canary);
    }

    assertThat(Files.readString(TestingServer.log()))
        .contains("failed")
        .doesNotContain(canary, key, access, TestingServer.MASTER_KEY, database.password());
  }

  private static String found(String pattern, String text) {
    var matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
    return matcher.group(1);
  }
}
