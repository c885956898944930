package dev.pennyworth.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.security.auth.module.UnixSystem;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresTest {
  private Path folder;

  @BeforeAll
  static void unpackOnce() {
    TestingServer.unpackSharedBinaries();
  }

  @BeforeEach
  void makeFolder() throws Exception {
    folder = TestingServer.newFolder();
  }

  @AfterEach
  void stopAndRemove() throws Exception {
    var left = PostmasterPid.read(home().data()).flatMap(PostmasterPid::process);
    if (left.isPresent()) {
      killAndAwait(left.get());
    }
    Folders.deleteTree(folder);
  }

  @Test
  void theFirstStartGivesADatabaseOfTheBundledVersion() throws Exception {
    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(query(postgres, "SHOW server_version") + ".0").isEqualTo(PostgresBinaries.VERSION);
      assertThat(query(postgres, "SELECT current_database()")).isEqualTo("pennyworth");
      assertThat(query(postgres, "SHOW fsync")).isEqualTo("on");
      assertThat(query(postgres, "SHOW data_checksums")).isEqualTo("on");
      assertThat(query(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void theSecondStartKeepsRowsAndPort() throws Exception {
    String address;
    try (var postgres = EmbeddedPostgres.start(home())) {
      execute(postgres, "CREATE TABLE jar AS SELECT 7 AS coins");
      address = postgres.jdbcUrl();
    }

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(query(postgres, "SELECT coins FROM jar")).isEqualTo("7");
      assertThat(postgres.jdbcUrl()).isEqualTo(address);
    }
  }

  @Test
  void closingStopsTheServerAndASecondCloseDoesNothing() {
    var postgres = EmbeddedPostgres.start(home());

    postgres.close();
    postgres.close();

    assertThat(PostmasterPid.read(home().data())).isEmpty();
    assertThatThrownBy(() -> query(postgres, "SELECT 1")).hasMessageContaining("refused");
  }

  @Test
  void aWrongPasswordOpensNothing() {
    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), "guess"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
    }
  }

  @Test
  void thePasswordIsForItsOwnerAloneAndOnNoCommandLine() throws Exception {
    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(home().passwordFile())))
          .isEqualTo("rw-------");
      assertThat(
              ProcessHandle.allProcesses()
                  .flatMap(process -> process.info().commandLine().stream()))
          .noneMatch(line -> line.contains(postgres.password()));
    }
  }

  @Test
  void theServerOfAKilledPennyworthIsTakenOver() throws Exception {
    long orphan;
    try (var killed = KilledPennyworth.start(folder)) {
      orphan = killed.serverProcessId();
    }

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(postgres.processId()).isEqualTo(orphan);
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }
    assertThat(PostmasterPid.read(home().data())).isEmpty();
  }

  @Test
  void twoPennyworthsOnOneFolderAreRefused() throws Exception {
    try (var _ = KilledPennyworth.start(folder)) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(home()))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("Another Pennyworth is running on " + folder);
    }
  }

  @Test
  void aRefusedSecondStartInOneProcessLeavesTheFirstItsLock() throws Exception {
    try (var postgres = EmbeddedPostgres.start(home())) {
      for (var attempt = 0; attempt < 2; attempt++) {
        assertThatThrownBy(() -> EmbeddedPostgres.start(home()))
            .hasMessageContaining("Another Pennyworth is running on " + folder);
      }
      assertThatThrownBy(() -> KilledPennyworth.start(folder))
          .hasMessageContaining("Another Pennyworth is running on " + folder);
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void committedRowsSurviveAKilledServer() throws Exception {
    try (var postgres = EmbeddedPostgres.start(home())) {
      execute(postgres, "CREATE TABLE jar AS SELECT 7 AS coins");
      killAndAwait(ProcessHandle.of(postgres.processId()).orElseThrow());
    }

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(query(postgres, "SELECT coins FROM jar")).isEqualTo("7");
    }
  }

  @Test
  void aStaleFileThatNamesALivingStrangerIsNotBelieved() throws Exception {
    EmbeddedPostgres.start(home()).close();
    var stranger = ProcessHandle.current().pid();
    Files.writeString(
        home().data().resolve("postmaster.pid"),
        """
        %d
        %s
        1795268603
        54321

        127.0.0.1
          2147716         4
        ready
        """
            .formatted(stranger, home().data()));

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(postgres.processId()).isNotEqualTo(stranger);
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aTakenPortIsReplaced() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Files.writeString(home().portFile(), Integer.toString(taken.getLocalPort()));

      try (var postgres = EmbeddedPostgres.start(home())) {
        assertThat(postgres.jdbcUrl()).doesNotContain(":" + taken.getLocalPort() + "/");
        assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
      }
    }
  }

  @Test
  void aFirstStartThatWasCutOffBeginsAnew() throws Exception {
    Files.createDirectories(folder.resolve("data-18.partial/base"));

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void aLostPasswordIsNamedInTheError() throws Exception {
    EmbeddedPostgres.start(home()).close();
    Files.delete(home().passwordFile());

    assertThatThrownBy(() -> EmbeddedPostgres.start(home()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("put back " + home().passwordFile());
  }

  @Test
  void aBrokenDataFolderIsToldWithTheServersOwnWords() throws Exception {
    EmbeddedPostgres.start(home()).close();
    Files.writeString(home().data().resolve("PG_VERSION"), "11\n");

    assertThatThrownBy(() -> EmbeddedPostgres.start(home()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("did not start")
        .hasMessageContaining("initialized by PostgreSQL version 11");
  }

  @Test
  void theFolderIsClosedToOthersAlsoUnderRoot() throws Exception {
    var closed = folder.resolve("closed");

    try (var postgres = EmbeddedPostgres.start(TestingServer.productionHome(closed))) {
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(closed)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void rootServesTheDataOfAUserAsThatUser() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0);
    EmbeddedPostgres.start(home()).close();
    Folders.changeOwner(home().data(), 65_534, 65_534);

    try (var postgres = EmbeddedPostgres.start(home())) {
      assertThat(query(postgres, "SELECT 1")).isEqualTo("1");
    }
    assertThat(Files.getAttribute(home().data().resolve("PG_VERSION"), "unix:uid"))
        .isEqualTo(65_534);
  }

  @Test
  void rootWithoutUserNamespacesMakesTheDataNobodys() throws Exception {
    assumeTrue(new UnixSystem().getUid() == 0);
    var programs = new PostgresPrograms(home(), RunAs.asUser(home(), RunAs.NOBODY));
    PostgresCluster.initializeIfAbsent(home(), programs);

    PostgresServer.start(home(), programs).stop(StopMode.FAST);

    assertThat(Files.getAttribute(home().data(), "unix:uid")).isEqualTo(65_534);
    assertThat(PostmasterPid.read(home().data())).isEmpty();
  }

  private PostgresHome home() {
    return TestingServer.productionHome(folder);
  }

  private static void killAndAwait(ProcessHandle process) throws Exception {
    process.destroyForcibly();
    process.onExit().join();
  }

  private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
