package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.pennyworth.billing.TeamId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A place where [TestingPostgresProxy] holds up a transaction, once.
final class TestingStop {
  /// When a transaction is held up.
  enum Moment {
    /// Its latest statement has left the program and has not reached PostgreSQL.
    STATEMENT_SENT,
    /// All of it is done in PostgreSQL, and the COMMIT has not reached it: it will be undone.
    COMMIT_SENT,
    /// PostgreSQL has committed and said so, and the program has not read it.
    COMMITTED
  }

  private final String name;
  private final Moment moment;
  private final Predicate<List<String>> statements;
  private final String teamAsText;
  private final String teamAsBytes;
  private final CountDownLatch reached = new CountDownLatch(1);

  /// @param name for people
  /// @param team whose id the transaction must carry
  /// @param statements what it must hold, of its statements so far
  TestingStop(String name, TeamId team, Moment moment, Predicate<List<String>> statements) {
    this.name = name;
    this.moment = moment;
    this.statements = statements;
    var uuid = team.uuid();
    this.teamAsText = uuid.toString();
    this.teamAsBytes =
        new String(
            ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array(),
            ISO_8859_1);
  }

  /// Whether messages to PostgreSQL, read as Latin-1, name the team in one of its two forms.
  boolean isNamedIn(String messages) {
    return messages.contains(teamAsBytes) || messages.contains(teamAsText);
  }

  boolean isAt(Moment now, List<String> statementsSoFar) {
    return now == moment && statements.test(statementsSoFar);
  }

  void reach() {
    reached.countDown();
  }

  /// Waits until a transaction is held up here.
  void await(Duration patience) throws InterruptedException {
    if (!reached.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new AssertionError("no transaction came to " + name);
    }
  }
}
