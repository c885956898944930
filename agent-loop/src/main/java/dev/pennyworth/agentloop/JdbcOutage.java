package dev.pennyworth.agentloop;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jdbi.v3.core.ConnectionException;

/// Tells a database that is away or overrun from a statement that is wrong: trying again can help.
public final class JdbcOutage {
  private static final int CAUSES_MAX = 20;

  /// Serialization failure, deadlock, lock timeout.
  private static final Set<String> OVERRUN = Set.of("40001", "40P01", "55P03");

  private JdbcOutage() {}

  /// Whether a failure comes of a lost connection (class 08), a shutdown (57P), a row that others
  /// held too long, or of a pool that gave no connection in time. Source: PostgreSQL documentation,
  /// appendix A.
  public static boolean isBehind(Throwable failure) {
    var cause = failure;
    for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
      if (isOutage(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isOutage(Throwable cause) {
    return switch (cause) {
      case ConnectionException _, SQLTransientConnectionException _ -> true;
      case SQLException e -> {
        var state = e.getSQLState();
        yield state != null
            && (state.startsWith("08") || state.startsWith("57P") || OVERRUN.contains(state));
      }
      default -> false;
    };
  }
}
