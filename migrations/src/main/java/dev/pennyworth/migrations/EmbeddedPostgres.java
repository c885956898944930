package dev.pennyworth.migrations;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// A real PostgreSQL 18 that lives in a folder of its own and belongs to this process.
///
/// The first start unpacks the server and makes its data folder; every later start finds both. The
/// server runs in its own session, so that Ctrl-C reaches Pennyworth first, and outlives a killed
/// Pennyworth: the next start takes the orphan over. What the folder holds:
///
/// | entry | what it is |
/// |---|---|
/// | `postgresql-18.6.0/` | the unpacked server |
/// | `data-18/` | the data, named after the major version |
/// | `postgres.password` | the generated password, mode 0600 |
/// | `postgres.port` | the port on 127.0.0.1, kept while it is free |
/// | `postgres.lock` | held by the Pennyworth that uses the folder |
/// | `logs/` | `postgresql.log` and the output of the server's tools |
public final class EmbeddedPostgres implements AutoCloseable {
  static final String USER = "pennyworth";
  static final String MAINTENANCE_DATABASE = "postgres";
  private static final String DATABASE = "pennyworth";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final String INVALID_PASSWORD = "28P01";

  private final HomeLock lock;
  private final PostgresServer server;
  private final String password;

  private EmbeddedPostgres(HomeLock lock, PostgresServer server, String password) {
    this.lock = lock;
    this.server = server;
    this.password = password;
  }

  /// Starts the server of `home`, or takes over the one that a killed Pennyworth left running.
  /// Makes the folder, the data and the database `pennyworth` where they are missing.
  ///
  /// @throws DatabaseException when another Pennyworth uses the folder, or when no server can run
  ///   here; the message says what to do
  public static EmbeddedPostgres start(Path home) {
    try {
      return start(PostgresHome.at(home));
    } catch (UncheckedIOException e) {
      throw new DatabaseException(
          "The folder %s cannot hold the embedded database: %s. Check its owner and free space, or name another in PENNYWORTH_HOME."
              .formatted(home, e.getCause()),
          e);
    }
  }

  static EmbeddedPostgres start(PostgresHome home) {
    var lock = HomeLock.take(home);
    try {
      return startLocked(home, lock);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static EmbeddedPostgres startLocked(PostgresHome home, HomeLock lock) {
    PostgresBinaries.unpack(home);
    var programs = new PostgresPrograms(home, RunAs.choose(home));
    var password = PostgresCluster.initializeIfAbsent(home, programs);
    var postgres = new EmbeddedPostgres(lock, PostgresServer.start(home, programs), password);
    try {
      postgres.createDatabaseIfAbsent(home);
      return postgres;
    } catch (RuntimeException e) {
      postgres.close();
      throw e;
    }
  }

  private void createDatabaseIfAbsent(PostgresHome home) {
    try (var connection = dataSource(MAINTENANCE_DATABASE).getConnection();
        var statement = connection.createStatement()) {
      try (var found =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + DATABASE + "'")) {
        if (found.next()) {
          return;
        }
      }
      statement.execute("CREATE DATABASE " + DATABASE);
    } catch (SQLException e) {
      throw new DatabaseException(
          INVALID_PASSWORD.equals(e.getSQLState())
              ? "The password in %s is not that of the database in %s. Put back the file that belongs to it."
                  .formatted(home.passwordFile(), home.data())
              : "The embedded database runs but does not answer: %s. See %s."
                  .formatted(e.getMessage(), home.logFile()),
          e);
    }
  }

  /// Where the database `pennyworth` is, without credentials.
  public String jdbcUrl() {
    return jdbcUrl(DATABASE);
  }

  /// The owner of the database; a superuser of this server.
  public String user() {
    return USER;
  }

  /// The generated password of [#user()].
  public String password() {
    return password;
  }

  /// Stops the server and gives the folder free. Connections that are still open are cut, their
  /// transactions rolled back. Takes about 0.1 s, and at most [PostgresServer#STOP_TIMEOUT]. Safe
  /// to repeat.
  @Override
  public void close() {
    close(StopMode.FAST);
  }

  void close(StopMode mode) {
    try {
      server.stop(mode);
    } finally {
      lock.close();
    }
  }

  long processId() {
    return server.processId();
  }

  String jdbcUrl(String database) {
    return "jdbc:postgresql://%s:%d/%s".formatted(PostgresServer.ADDRESS, server.port(), database);
  }

  DataSource dataSource(String database) {
    var source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl(database));
    source.setUser(USER);
    source.setPassword(password);
    source.setConnectTimeout(Math.toIntExact(CONNECT_TIMEOUT.toSeconds()));
    return source;
  }
}
