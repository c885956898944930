package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.migrations.TestingDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./pennyworth verify` and `./pennyworth rebuild-analytics`, in processes of their own.
final class JdbcOfflineCommandTest {
  private static TestingDatabase database;
  private static TestingTeam team;
  private static TestingBot bot;

  @BeforeAll
  static void spend() {
    database = TestingDatabase.create();
    try (var server = TestingServer.start(database, Map.of())) {
      server.register();
      team = server.register();
      bot = TestingBot.draft(server, team, "");
      bot.test("Hello");
    }
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @Test
  void booksThatAgreeAreProvenTeamByTeam() throws IOException {
    var result = TestingProcess.run(TestingServer.variables(database, Map.of()), "verify");

    assertThat(result.output())
        .containsPattern(
            team.id() + "  ok  2 ledger_transactions, 4 ledger_entries, 4 wallets, 1 holds, ")
        .contains("The books of all 3 teams agree.");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void theFirstRowThatDisagreesIsNamedAndARebuildPutsItRight() throws IOException {
    var variables = TestingServer.variables(database, Map.of());
    Jdbi.create(database.dataSource())
        .useHandle(handle -> handle.execute("UPDATE daily_rollup SET cost_nanos = cost_nanos + 1"));

    var wrong = TestingProcess.run(variables, "verify");
    var rebuilt = TestingProcess.run(variables, "rebuild-analytics");
    var right = TestingProcess.run(variables, "verify");

    assertThat(wrong.exitCode()).isEqualTo(1);
    assertThat(wrong.output())
        .containsPattern(team.id() + "  WRONG  daily_rollup of [0-9a-f-]{36}/2026-03-14 says cost ")
        .contains("The books of 1 of 3 teams disagree.");
    assertThat(rebuilt.exitCode()).isZero();
    assertThat(rebuilt.output()).contains(team.id() + "  1 days corrected");
    assertThat(right.exitCode()).isZero();
  }

  @Test
  void anUnknownCommandIsRefusedWithThoseThereAre() throws IOException {
    var result = TestingProcess.run(TestingServer.variables(database, Map.of()), "very");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output())
        .contains("There is no command 'very'. There are: verify, rebuild-analytics.");
  }

  @Test
  void aFolderThatIsNotThereIsNotMade(@TempDir Path folder) throws IOException {
    var home = folder.resolve("mistyped");

    var result = TestingProcess.run(Map.of("PENNYWORTH_HOME", home.toString()), "verify");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("There is no database in " + home);
    assertThat(home).doesNotExist();
  }

  @Test
  void theEmbeddedDatabaseIsProvenOnceItsServerHasStopped(@TempDir Path home) throws IOException {
    var variables = Map.of("PENNYWORTH_HOME", home.toString());
    try (var _ = TestingProcess.start(home, Map.of())) {
      var refused = TestingProcess.run(variables, "verify");

      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.output()).contains("Another Pennyworth is running on " + home);
    }

    var proven = TestingProcess.run(variables, "verify");

    assertThat(proven.output()).contains("The books of all 1 teams agree.");
    assertThat(proven.exitCode()).isZero();
  }
}
