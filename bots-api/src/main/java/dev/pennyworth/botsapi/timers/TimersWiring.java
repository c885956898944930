package dev.pennyworth.botsapi.timers;

import dev.pennyworth.agentloop.JdbcParking;
import dev.pennyworth.billing.AutoReloads;
import dev.pennyworth.billing.JdbcGate;
import dev.pennyworth.billing.JdbcPlans;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/// All timers of the program. A new one is a line in the list.
@Factory
final class TimersWiring {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  @Singleton
  JdbcTimers timers(
      DataSource database,
      AutoReloads autoReloads,
      JdbcPlans plans,
      JdbcGate gate,
      JdbcParking parking,
      JdbcSweeps sweeps) {
    return new JdbcTimers(
        database,
        List.of(
            new Timer("auto-reload", SECOND, autoReloads::run),
            new Timer("resume-parked-turns", SECOND, parking::releaseAll),
            new Timer("renew-plans", MINUTE, plans::renewDue),
            new Timer("expire-holds", MINUTE.multipliedBy(10), gate::expireForgotten),
            new Timer("sweep-rates", MINUTE, sweeps::sweepRates),
            new Timer("sweep-public-rates", MINUTE, sweeps::sweepPublicRates),
            new Timer("sweep-refresh-tokens", HOUR, sweeps::sweepRefreshTokens),
            new Timer("sweep-idempotent-answers", HOUR, sweeps::sweepIdempotentAnswers)));
  }

  @Singleton
  JdbcSweeps sweeps(Jdbi jdbi, InstantSource clock) {
    return new JdbcSweeps(jdbi, clock);
  }
}
