package dev.pennyworth.agentloop;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down what was paid for already, even if the database is busy or away for a moment: an
/// answer that is thrown away has been bought in vain.
///
/// Safe, because whatever is written here is fenced and keyed: a second try after a commit whose
/// acknowledgement was lost changes nothing and fails.
final class JdbcRetries {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcRetries.class);

  /// All pauses together stay below the 15 s that a lease has beyond the longest turn.
  private static final int TRIES_MAX = 5;

  private static final Duration PAUSE = Duration.ofMillis(250);

  private JdbcRetries() {}

  static void useTransaction(Jdbi jdbi, Consumer<Handle> writing) {
    var _ =
        get(() ->
            jdbi.inTransaction(tx -> {
              writing.accept(tx);
              return true;
            }));
  }

  static <T> T get(Supplier<T> work) {
    for (int tries = 1; ; tries++) {
      try {
        return work.get();
      } catch (RuntimeException e) {
        if (tries >= TRIES_MAX || !JdbcOutage.isBehind(e)) {
          throw e;
        }
        LOG.warn("the database could not take a result; trying again", e);
        LockSupport.parkNanos(PAUSE.multipliedBy(tries).toNanos());
      }
    }
  }
}
