package dev.pennyworth.botsapi;

import dev.pennyworth.migrations.TestingDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a test starts the program as a process of its own, as often as it wants: on a database that
/// outlives the process.
final class TestingProgram {
  private final Path home;
  private final Map<String, String> variables;

  private TestingProgram(Path home, Map<String, String> variables) {
    this.home = home;
    this.variables = Map.copyOf(variables);
  }

  static TestingProgram on(TestingDatabase database, Path home) {
    var own =
        Map.of(
            "PENNYWORTH_HOME",
            home.toString(),
            "PENNYWORTH_OWNER_PASSWORD",
            TestingProcess.PASSWORD);
    return new TestingProgram(home, TestingServer.variables(database, own));
  }

  /// With one more environment variable.
  TestingProgram with(String name, String value) {
    var more = new HashMap<>(variables);
    more.put(name, value);
    return new TestingProgram(home, more);
  }

  /// With the operator's key for OpenAI's models.
  TestingProgram withModels(URI baseUrl) {
    return with("OPENAI_BASE_URL", baseUrl.toString()).with("OPENAI_API_KEY", "sk-of-the-operator");
  }

  /// With a proxy in front of the database.
  TestingProgram through(TestingPostgresProxy proxy, TestingDatabase database) {
    var direct = variables.getOrDefault("PENNYWORTH_DATABASE_URL", "");
    return with("PENNYWORTH_DATABASE_URL", direct.replace(database.jdbcUrl(), proxy.jdbcUrl()));
  }

  TestingProcess start() {
    return TestingProcess.start(home, variables);
  }

  /// With the heap that the documentation's figures are for, and the pool's own figures to read.
  TestingProcess startToMeasure() {
    try {
      var pool = Files.writeString(home.resolve("pool.properties"), "registerMbeans=true\n");
      return TestingProcess.start(
          home,
          variables,
          List.of(
              "-Xmx512m", "-XX:+UseCompactObjectHeaders", "-Dhikaricp.configurationFile=" + pool));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
