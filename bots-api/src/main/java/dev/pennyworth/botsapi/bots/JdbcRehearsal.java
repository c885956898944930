package dev.pennyworth.botsapi.bots;

import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Tells what a change would lead to, and does not make it.
final class JdbcRehearsal {
  private JdbcRehearsal() {}

  /// @return what the change gave back; all that it wrote is undone
  static <T> T of(Jdbi jdbi, Function<Handle, T> change) {
    return jdbi.inTransaction(tx -> {
      var result = change.apply(tx);
      tx.rollback();
      return result;
    });
  }
}
