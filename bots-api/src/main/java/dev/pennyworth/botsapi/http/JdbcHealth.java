package dev.pennyworth.botsapi.http;

import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import javax.sql.DataSource;
import org.reactivestreams.Publisher;

/// Not ready while the database is away: no message could be accepted.
@Singleton
@Readiness
final class JdbcHealth implements HealthIndicator {
  private static final int TIMEOUT_SECONDS = 2;

  private final DataSource dataSource;
  private final ExecutorService blocking;

  JdbcHealth(DataSource dataSource, @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
    this.dataSource = dataSource;
    this.blocking = blocking;
  }

  @Override
  public Publisher<HealthResult> getResult() {
    return Publishers.fromCompletableFuture(
        () -> CompletableFuture.supplyAsync(this::check, blocking));
  }

  private HealthResult check() {
    return HealthResult.builder("database", isThere() ? HealthStatus.UP : HealthStatus.DOWN)
        .build();
  }

  private boolean isThere() {
    try (var connection = dataSource.getConnection()) {
      return connection.isValid(TIMEOUT_SECONDS);
    } catch (SQLException _) {
      return false;
    }
  }
}
