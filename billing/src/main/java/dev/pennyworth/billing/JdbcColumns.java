package dev.pennyworth.billing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/// One statement for many rows: its parameters are columns, each an array of one value for each
/// row.
///
/// Plain JDBC, because these statements are the whole cost of a billed step and JDBI spends more on
/// binding an array than PostgreSQL on reading it. Parameters are `?`, in the order of binding.
final class JdbcColumns<T> {
  private final Handle tx;
  private final String sql;
  private final Collection<T> rows;
  private final List<Binding> bindings = new ArrayList<>();

  private interface Binding {
    void bind(Connection connection, PreparedStatement statement, int place) throws SQLException;
  }

  /// Reads one row of a result.
  interface Reader<R> {
    R read(ResultSet row) throws SQLException;
  }

  private JdbcColumns(Handle tx, String sql, Collection<T> rows) {
    this.tx = tx;
    this.sql = sql;
    this.rows = rows;
  }

  static <T> JdbcColumns<T> of(Handle tx, Collection<T> rows, String sql) {
    return new JdbcColumns<>(tx, sql, rows);
  }

  JdbcColumns<T> uuids(Function<? super T, @Nullable UUID> column) {
    return array("uuid", new UUID[rows.size()], column);
  }

  JdbcColumns<T> longs(Function<? super T, @Nullable Long> column) {
    return array("int8", new Long[rows.size()], column);
  }

  JdbcColumns<T> ints(Function<? super T, @Nullable Integer> column) {
    return array("int4", new Integer[rows.size()], column);
  }

  JdbcColumns<T> texts(Function<? super T, @Nullable String> column) {
    return array("text", new String[rows.size()], column);
  }

  private <V> JdbcColumns<T> array(
      String type, @Nullable V[] values, Function<? super T, @Nullable V> column) {
    int i = 0;
    for (var row : rows) {
      values[i++] = column.apply(row);
    }
    bindings.add((connection, statement, place) ->
        statement.setArray(place, connection.createArrayOf(type, values)));
    return this;
  }

  /// One value for all rows.
  JdbcColumns<T> instant(Instant value) {
    bindings.add((_, statement, place) ->
        statement.setObject(place, OffsetDateTime.ofInstant(value, ZoneOffset.UTC)));
    return this;
  }

  /// @return how many rows were written
  int execute() {
    try (var statement = prepare()) {
      return statement.executeUpdate();
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException(e, null);
    }
  }

  <R> List<R> query(Reader<R> reader) {
    try (var statement = prepare();
        var result = statement.executeQuery()) {
      var read = new ArrayList<R>();
      while (result.next()) {
        read.add(reader.read(result));
      }
      return read;
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException(e, null);
    }
  }

  private PreparedStatement prepare() throws SQLException {
    var connection = tx.getConnection();
    var statement = connection.prepareStatement(sql);
    try {
      int place = 1;
      for (var binding : bindings) {
        binding.bind(connection, statement, place++);
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
