package dev.pennyworth.botsapi.timers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingClock;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What nobody needs any more goes, in batches, and all else stays.
final class JdbcSweepsTest {
  private static final int MORE_THAN_A_BATCH = JdbcSweeps.BATCH_ROWS + 1;

  private final TestingDatabase database = TestingDatabase.create();
  private final TestingClock clock = new TestingClock();
  private final Jdbi jdbi = Jdbi.create(database.dataSource()).installPlugin(new PostgresPlugin());
  private final JdbcSweeps sweeps = new JdbcSweeps(jdbi, clock);
  private Instant now = clock.instant();

  @BeforeEach
  void look() {
    now = clock.instant();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aRateWhoseWindowHasEndedGoes() {
    insertRate("ended", now, MORE_THAN_A_BATCH);
    insertRate("running", now.plusMillis(1), 1);

    sweeps.sweepRates();

    assertLeft("SELECT string_agg(subject, ',') FROM rate", "running1");
  }

  @Test
  void aPublicRateWhoseWindowHasEndedGoes() {
    insertPublicRate("ended", now, MORE_THAN_A_BATCH);
    insertPublicRate("running", now.plusMillis(1), 1);

    sweeps.sweepPublicRates();

    assertLeft("SELECT string_agg(subject, ',') FROM public_rate", "running1");
  }

  @Test
  void anExpiredRefreshTokenGoes() {
    insertToken("expired", now, MORE_THAN_A_BATCH);
    insertToken("good", now.plusMillis(1), 1);

    sweeps.sweepRefreshTokens();

    assertLeft("SELECT string_agg(encode(token_hash, 'escape'), ',') FROM refresh_token", "good1");
  }

  @Test
  void anAnswerIsKeptForADay() {
    insertAnswer("old", now.minus(Duration.ofHours(24)), MORE_THAN_A_BATCH);
    insertAnswer("young", now.minus(Duration.ofHours(24)).plusMillis(1), 1);

    sweeps.sweepIdempotentAnswers();

    assertLeft("SELECT string_agg(key, ',') FROM idempotent_answer", "young1");
  }

  private void insertRate(String subject, Instant end, int rows) {
    insert(
        """
        INSERT INTO rate (team_id, subject, window_ends_at, used)
        SELECT ?, ? || n, ?, 1 FROM generate_series(1, ?) n
        """,
        UUID.randomUUID(),
        subject,
        end,
        rows);
  }

  private void insertPublicRate(String subject, Instant end, int rows) {
    insert(
        """
        INSERT INTO public_rate (subject, window_ends_at, used)
        SELECT ? || n, ?, 1 FROM generate_series(1, ?) n
        """,
        subject,
        end,
        rows);
  }

  private void insertToken(String token, Instant end, int rows) {
    insert(
        """
        INSERT INTO refresh_token (token_hash, family_id, user_id, expires_at)
        SELECT decode(? || n, 'escape'), ?, ?, ? FROM generate_series(1, ?) n
        """,
        token,
        UUID.randomUUID(),
        UUID.randomUUID(),
        end,
        rows);
  }

  private void insertAnswer(String key, Instant made, int rows) {
    insert(
        """
        INSERT INTO idempotent_answer
          (team_id, key, request_hash, status, sealed_answer, created_at)
        SELECT ?, ? || n, '', 200, '', ? FROM generate_series(1, ?) n
        """,
        UUID.randomUUID(),
        key,
        made,
        rows);
  }

  private void insert(String sql, Object... values) {
    jdbi.useHandle(handle -> handle.execute(sql, values));
  }

  private void assertLeft(String sql, String left) {
    assertThat(
            jdbi.<String, RuntimeException>withHandle(
                handle -> handle.createQuery(sql).mapTo(String.class).one()))
        .isEqualTo(left);
  }
}
