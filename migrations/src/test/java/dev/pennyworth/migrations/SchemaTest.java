package dev.pennyworth.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class SchemaTest {

  @Test
  void schemaSqlIsTheSumOfTheMigrations() throws Exception {
    try (var migrated = TestingDatabase.create();
        var written = TestingDatabase.createEmpty()) {
      execute(written, schemaSql());

      var differences =
          SchemaCatalog.differences(
              "the migrations", SchemaCatalog.read(migrated.dataSource()),
              "schema.sql", SchemaCatalog.read(written.dataSource()));

      assertThat(differences).isEmpty();
    }
  }

  @Test
  void aConstraintThatIsMissingIsReported() throws Exception {
    try (var strict = TestingDatabase.createEmpty();
        var lax = TestingDatabase.createEmpty()) {
      execute(
          strict, "CREATE TABLE jar (coins bigint, CONSTRAINT coins_are_there CHECK (coins >= 0))");
      execute(lax, "CREATE TABLE jar (coins bigint)");

      var differences =
          SchemaCatalog.differences(
              "strict", SchemaCatalog.read(strict.dataSource()),
              "lax", SchemaCatalog.read(lax.dataSource()));

      assertThat(differences)
          .isEqualTo("constraint coins_are_there on jar CHECK ((coins >= 0))   <- only in strict");
    }
  }

  @Test
  void anOrderOfColumnsIsNotADifference() throws Exception {
    try (var left = TestingDatabase.createEmpty();
        var right = TestingDatabase.createEmpty()) {
      execute(left, "CREATE TABLE jar (coins bigint NOT NULL, label text DEFAULT 'mine')");
      execute(right, "CREATE TABLE jar (label text DEFAULT 'mine', coins bigint NOT NULL)");

      assertThat(SchemaCatalog.read(left.dataSource()))
          .isEqualTo(SchemaCatalog.read(right.dataSource()));
    }
  }

  @Test
  void aSecondMigrationFindsNothingToDo() {
    try (var database = TestingDatabase.createEmpty()) {
      var first = Schema.migrate(database.dataSource());
      var second = Schema.migrate(database.dataSource());

      assertThat(first.applied()).isPositive();
      assertThat(second).isEqualTo(new MigrationReport(0, first.version()));
    }
  }

  @Test
  void aDatabaseOfSomebodyElseIsRefused() throws Exception {
    try (var database = TestingDatabase.createEmpty()) {
      execute(database, "CREATE TABLE jar (coins bigint)");

      assertThatThrownBy(() -> Schema.migrate(database.dataSource()))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("holds tables of something else");
    }
  }

  @Test
  void aServerThatIsOnItsWayUpIsWaitedFor() {
    try (var database = TestingDatabase.createEmpty()) {
      var tries = new AtomicInteger();
      var late =
          new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
              if (tries.incrementAndGet() < 3) {
                throw new SQLException("the database system is starting up", "57P03");
              }
              return database.dataSource().getConnection();
            }
          };

      assertThat(Schema.migrate(late).applied()).isPositive();
    }
  }

  @Test
  void aServerThatDoesNotLetUsInIsAskedOnce() {
    try (var database = TestingDatabase.createEmpty()) {
      var tries = new AtomicInteger();
      var nobodys =
          new PGSimpleDataSource() {
            @Override
            public Connection getConnection() throws SQLException {
              tries.incrementAndGet();
              try {
                return super.getConnection();
              } catch (SQLException e) {
                throw new SQLException("timed out, as a pool says it", "08001", e);
              }
            }
          };
      nobodys.setUrl(database.jdbcUrl());
      nobodys.setUser(database.user());
      nobodys.setPassword("wrong");

      assertThatThrownBy(() -> Schema.migrate(nobodys))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("Check PENNYWORTH_DATABASE_URL");
      assertThat(tries).hasValue(1);
    }
  }

  @Test
  void aServerOlderThanFifteenIsRefused() {
    Schema.requireSupported(150_000);

    assertThatThrownBy(() -> Schema.requireSupported(140_019))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("is PostgreSQL 14, and Pennyworth needs 15 or newer");
  }

  private static String schemaSql() throws IOException {
    return Files.readString(Path.of("schema.sql"));
  }

  private static void execute(TestingDatabase database, String sql) throws SQLException {
    try (var connection = database.dataSource().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
