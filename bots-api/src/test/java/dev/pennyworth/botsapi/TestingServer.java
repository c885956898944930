package dev.pennyworth.botsapi;

import dev.pennyworth.migrations.TestingDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The whole of Pennyworth on a free port, with a database and a data folder of its own and a clock
/// that a test moves. Everything is real but the clock.
public final class TestingServer implements AutoCloseable {
  /// A master key for tests: base64 of 32 zero bytes.
  public static final String MASTER_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  /// What gives the operator's account the password of all teams in tests.
  public static final Map<String, String> OWNER_PASSWORD =
      Map.of("PENNYWORTH_OWNER_PASSWORD", TestingTeam.PASSWORD);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final TestingDatabase database;
  private final TestingClock clock;
  private final Pennyworth pennyworth;
  private final String greeting;
  private final boolean ownsDatabase;

  private TestingServer(
      TestingDatabase database, TestingClock clock, Map<String, String> more, boolean owns) {
    var out = new ByteArrayOutputStream();
    this.database = database;
    this.clock = clock;
    this.ownsDatabase = owns;
    this.pennyworth =
        Pennyworth.start(
            variables(database, more), clock, new PrintStream(out, true, StandardCharsets.UTF_8));
    this.greeting = out.toString(StandardCharsets.UTF_8);
  }

  /// What this process of tests has logged.
  public static Path log() {
    return Path.of(System.getProperty("test.log", "target/test.log"));
  }

  /// On a fresh database.
  public static TestingServer start() {
    return start(Map.of());
  }

  /// On a fresh database, with further environment variables.
  public static TestingServer start(Map<String, String> more) {
    return new TestingServer(TestingDatabase.create(), new TestingClock(), more, true);
  }

  /// On a database that the test keeps.
  public static TestingServer start(TestingDatabase database, Map<String, String> more) {
    return new TestingServer(database, new TestingClock(), more, false);
  }

  /// The environment of a server on this database.
  public static Map<String, String> variables(TestingDatabase database, Map<String, String> more) {
    var variables = new HashMap<String, String>();
    variables.put("PENNYWORTH_PORT", "0");
    variables.put("PENNYWORTH_HOME", home().toString());
    variables.put("PENNYWORTH_MASTER_KEY", MASTER_KEY);
    variables.put(
        "PENNYWORTH_DATABASE_URL",
        "%s?user=%s&password=%s"
            .formatted(database.jdbcUrl(), encoded(database.user()), encoded(database.password())));
    variables.putAll(more);
    return Map.copyOf(variables);
  }

  private static Path home() {
    try {
      var homes = Files.createDirectories(Path.of("target", "testing-homes"));
      return Files.createTempDirectory(homes, "home");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  public TestingClock clock() {
    return clock;
  }

  public TestingDatabase database() {
    return database;
  }

  /// What the operator read.
  public String greeting() {
    return greeting;
  }

  public URI address() {
    return pennyworth.address();
  }

  /// A part of the object graph.
  public <T> T bean(Class<T> type) {
    return pennyworth.application().getBean(type);
  }

  /// A new team with an owner who is signed in.
  public TestingTeam register() {
    var email = UUID.randomUUID() + "@example.com";
    var answer =
        post(
            "/api/auth/register",
            "",
            "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, TestingTeam.PASSWORD));
    if (answer.status() != 201) {
      throw new IllegalStateException("cannot register: " + answer.text());
    }
    return TestingTeam.of(answer);
  }

  /// The operator's own team, on a server that was given [#OWNER_PASSWORD].
  public TestingTeam operator() {
    var answer =
        post(
            "/api/auth/login",
            "",
            "{\"email\":\"owner@localhost\",\"password\":\"%s\"}".formatted(TestingTeam.PASSWORD));
    return TestingTeam.of(answer);
  }

  /// @param token an access token or an API key; empty for none
  public TestingAnswer get(String path, String token, String... headers) {
    return send("GET", path, token, null, headers);
  }

  public TestingAnswer post(String path, String token, String json, String... headers) {
    return send("POST", path, token, json, headers);
  }

  public TestingAnswer put(String path, String token, String json, String... headers) {
    return send("PUT", path, token, json, headers);
  }

  public TestingAnswer patch(String path, String token, String json, String... headers) {
    return send("PATCH", path, token, json, headers);
  }

  public TestingAnswer delete(String path, String token, String... headers) {
    return send("DELETE", path, token, null, headers);
  }

  private TestingAnswer send(
      String method, String path, String token, @Nullable String json, String... headers) {
    var request = HttpRequest.newBuilder(address().resolve(path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json == null) {
      request.method(method, HttpRequest.BodyPublishers.noBody());
    } else {
      request.header("Content-Type", "application/json");
      request.method(method, HttpRequest.BodyPublishers.ofString(json));
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  /// Sends any request.
  public TestingAnswer send(HttpRequest request) {
    try {
      var response = CLIENT.send(request, BodyHandlers.ofString());
      return new TestingAnswer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pennyworth.close();
    if (ownsDatabase) {
      database.close();
    }
  }
}
