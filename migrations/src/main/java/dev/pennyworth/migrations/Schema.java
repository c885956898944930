package dev.pennyworth.migrations;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a database to the newest schema: the sum of the files in `db/migration`.
public final class Schema {
  private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
  private static final String LOCATION = "classpath:db/migration";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int MAJOR_VERSION_MIN = 15;
  private static final int VERSION_NUMBERS_PER_MAJOR = 10_000;

  private Schema() {}

  /// Runs the migrations that the database has not seen, in order, each in a transaction. Safe to
  /// repeat, and safe from several processes at once: they wait for each other.
  ///
  /// @throws DatabaseException when the database cannot be reached within 30 s, is older than
  ///   PostgreSQL 15, or holds something that is not ours
  public static MigrationReport migrate(DataSource dataSource) {
    requireSupported(versionNumber(dataSource));
    var flyway =
        Flyway.configure(Schema.class.getClassLoader())
            .dataSource(dataSource)
            .locations(LOCATION)
            .failOnMissingLocations(true)
            .validateMigrationNaming(true)
            .load();
    try {
      var applied = flyway.migrate().migrationsExecuted;
      var report = new MigrationReport(applied, flyway.info().current().getVersion().toString());
      LOG.info("{}", report);
      return report;
    } catch (FlywayException e) {
      throw new DatabaseException(
          e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE
              ? "The database holds tables of something else. Name an empty one in PENNYWORTH_DATABASE_URL."
              : "The schema could not be brought up to date: %s".formatted(e.getMessage()),
          e);
    }
  }

  /// Waits for a server that is still on its way up, as after a power cut.
  private static int versionNumber(DataSource dataSource) {
    long startedNanos = System.nanoTime();
    while (true) {
      try (var connection = dataSource.getConnection();
          var statement = connection.createStatement();
          var result = statement.executeQuery("SHOW server_version_num")) {
        result.next();
        return result.getInt(1);
      } catch (SQLException e) {
        boolean isPatient = System.nanoTime() - startedNanos < PATIENCE.toNanos();
        if (!isPatient || isRefusal(e) || !pause()) {
          throw new DatabaseException(
              "The database cannot be reached: %s. Check PENNYWORTH_DATABASE_URL, the user and the password."
                  .formatted(e.getMessage()),
              e);
        }
        LOG.info("The database cannot be reached yet: {}", e.getMessage());
      }
    }
  }

  /// Whether the server is there and does not let us in, or has no such database. A pool of
  /// connections says so in a cause.
  private static boolean isRefusal(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(cause ->
            cause instanceof SQLException sql
                && String.valueOf(sql.getSQLState()).matches("(28|3D).*"));
  }

  /// @return false if the program is to end
  private static boolean pause() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Refuses a server that is too old for the SQL we write.
  ///
  /// @param versionNumber as `server_version_num` gives it: 150004 is 15.4, 90624 is 9.6.24
  static void requireSupported(int versionNumber) {
    var majorVersion = versionNumber / VERSION_NUMBERS_PER_MAJOR;
    if (majorVersion < MAJOR_VERSION_MIN) {
      throw new DatabaseException(
          "The database is PostgreSQL %d, and Pennyworth needs %d or newer. Upgrade it, or leave PENNYWORTH_DATABASE_URL empty for the embedded one."
              .formatted(majorVersion, MAJOR_VERSION_MIN));
    }
  }
}
