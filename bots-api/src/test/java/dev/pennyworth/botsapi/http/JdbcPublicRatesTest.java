package dev.pennyworth.botsapi.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.botsapi.TestingClock;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class JdbcPublicRatesTest {
  private static final int LIMIT = 10;

  private final TestingClock clock = new TestingClock();
  private TestingDatabase database;
  private JdbcPublicRates rates;

  @BeforeEach
  void create() {
    database = TestingDatabase.create();
    var jdbi = Jdbi.create(database.dataSource()).installPlugin(new PostgresPlugin());
    rates = new JdbcPublicRates(jdbi, clock);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void oneTooManyIsRefusedAndToldWhenToComeBack() {
    use(LIMIT);
    clock.advance(Duration.ofMillis(17_500));

    assertThatThrownBy(() -> use(1))
        .isInstanceOfSatisfying(
            HttpFailure.class,
            failure -> {
              assertThat(failure.status()).isEqualTo(429);
              assertThat(failure.headers())
                  .containsEntry("Retry-After", "43")
                  .containsEntry("X-RateLimit-Limit", "10")
                  .containsEntry("X-RateLimit-Remaining", "0")
                  .containsKey("X-RateLimit-Reset");
              assertThat(failure.details()).containsEntry("scope", "rate_limit");
            });
  }

  @Test
  void aNewWindowBeginsAMinuteAfterTheFirst() {
    use(LIMIT);
    assertThatThrownBy(() -> use(1)).isInstanceOf(HttpFailure.class);
    clock.advance(Duration.ofMinutes(1));

    assertThatCode(() -> use(LIMIT)).doesNotThrowAnyException();
    assertThatThrownBy(() -> use(1)).isInstanceOf(HttpFailure.class);
  }

  @Test
  void subjectsAreCountedApart() {
    use(LIMIT);

    assertThatCode(() -> rates.count("another", LIMIT, "tries")).doesNotThrowAnyException();
  }

  @Test
  void manyAtOnceAreCountedExactly() {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var allowed =
          IntStream.range(0, 3 * LIMIT)
              .mapToObj(_ -> threads.submit(this::isAllowed))
              .toList()
              .stream()
              .filter(future -> {
                try {
                  return future.get();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              })
              .count();
      assertThat(allowed).isEqualTo(LIMIT);
    }
  }

  private boolean isAllowed() {
    try {
      use(1);
      return true;
    } catch (HttpFailure _) {
      return false;
    }
  }

  private void use(int times) {
    for (int i = 0; i < times; i++) {
      rates.count("login/account/a@example.com", LIMIT, "tries");
    }
  }
}
