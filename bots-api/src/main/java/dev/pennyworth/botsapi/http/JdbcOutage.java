package dev.pennyworth.botsapi.http;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;

/// Tells a database that is away from a statement that is wrong.
final class JdbcOutage {
  private JdbcOutage() {}

  /// Whether one of these is a lost connection (class 08), a shutdown (57P), or the pool's word
  /// that no connection came in time. Source: PostgreSQL documentation, appendix A.
  static boolean isAmong(Stream<Throwable> causes) {
    return causes.anyMatch(JdbcOutage::isOutage);
  }

  private static boolean isOutage(Throwable cause) {
    return switch (cause) {
      case SQLTransientConnectionException _ -> true;
      case SQLException e -> {
        var state = e.getSQLState();
        yield state != null && (state.startsWith("08") || state.startsWith("57P"));
      }
      default -> false;
    };
  }
}
