package dev.pennyworth.botsapi.audit;

import dev.pennyworth.connectors.Json;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/// The object graph of the audit log.
@Factory
final class AuditWiring {

  @Singleton
  JdbcAudit audit(Jdbi jdbi, Json json, Supplier<UUID> ids, InstantSource clock) {
    return new JdbcAudit(jdbi, json, ids, clock);
  }
}
