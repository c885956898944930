package dev.pennyworth.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class TestingDatabaseTest {

  @Test
  void twoDatabasesShareNothing() throws Exception {
    try (var first = TestingDatabase.create();
        var second = TestingDatabase.create();
        var ours = first.dataSource().getConnection();
        var theirs = second.dataSource().getConnection()) {
      execute(ours, "CREATE TABLE jar (coins bigint)");

      execute(theirs, "CREATE TABLE jar (coins bigint)");

      assertThat(first.jdbcUrl()).isNotEqualTo(second.jdbcUrl());
    }
  }

  @Test
  void aDatabaseWithAnOpenConnectionIsDropped() throws Exception {
    var database = TestingDatabase.create();
    try (var connection = database.dataSource().getConnection()) {
      database.close();

      assertThatThrownBy(() -> execute(connection, "SELECT 1")).isInstanceOf(SQLException.class);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
