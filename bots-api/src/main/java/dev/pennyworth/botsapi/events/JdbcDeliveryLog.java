package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What owners see of events, endpoints and deliveries.
final class JdbcDeliveryLog {
  private final Jdbi jdbi;
  private final Json json;

  JdbcDeliveryLog(Jdbi jdbi, Json json) {
    this.jdbi = jdbi;
    this.json = json;
  }

  /// The key by which events are paged: time, then id. Written `time/id`.
  record EventKey(Instant at, EventId event) {
    static Optional<EventKey> parse(String text) {
      var parts = text.split("/", 2);
      if (parts.length != 2 || !parts[0].matches("2\\d{3}-\\d{2}-\\d{2}T[\\d:.]+Z")) {
        return Optional.empty();
      }
      try {
        var at = Instant.parse(parts[0]);
        return EventId.parse(parts[1]).map(event -> new EventKey(at, event));
      } catch (DateTimeException _) {
        return Optional.empty();
      }
    }

    @Override
    public String toString() {
      return at + "/" + event;
    }
  }

  /// A team's events, newest first.
  List<StoredEvent> events(TeamId team, Optional<EventKey> before, int rows) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT event_id, type, data, created_at
                FROM event
                WHERE team_id = :team
                  AND (CAST(:at AS timestamptz) IS NULL OR (created_at, event_id) < (:at, :event))
                ORDER BY created_at DESC, event_id DESC
                LIMIT :rows
                """)
            .bind("team", team.uuid())
            .bindByType("at", before.map(EventKey::at).orElse(null), Instant.class)
            .bindByType("event", before.map(it -> it.event().uuid()).orElse(null), UUID.class)
            .bind("rows", rows)
            .map((row, _) -> JdbcLetters.event(json, row))
            .list());
  }

  /// A team's endpoints, newest first.
  List<EndpointView> endpoints(TeamId team, Optional<EndpointId> before, int rows) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT endpoint_id, url, events, disabled_at, disabled_reason, created_at
                FROM webhook_endpoint
                WHERE team_id = :team
                  AND (CAST(:before AS uuid) IS NULL OR endpoint_id < :before)
                ORDER BY endpoint_id DESC
                LIMIT :rows
                """)
            .bind("team", team.uuid())
            .bindByType("before", before.map(EndpointId::uuid).orElse(null), UUID.class)
            .bind("rows", rows)
            .map((row, _) -> endpoint(handle, team, row))
            .list());
  }

  /// One endpoint of the team.
  Optional<EndpointView> endpoint(Handle handle, TeamId team, EndpointId endpoint) {
    return handle
        .createQuery(
            """
            SELECT endpoint_id, url, events, disabled_at, disabled_reason, created_at
            FROM webhook_endpoint
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .map((row, _) -> endpoint(handle, team, row))
        .findOne();
  }

  private static EndpointView endpoint(Handle handle, TeamId team, ResultSet row)
      throws SQLException {
    var id = new EndpointId(row.getObject("endpoint_id", UUID.class));
    var disabledAt = instant(row, "disabled_at");
    return new EndpointView(
        id,
        row.getString("url"),
        List.of((String[]) row.getArray("events").getArray()),
        disabledAt.isPresent() ? "disabled" : "enabled",
        Optional.ofNullable(row.getString("disabled_reason")),
        disabledAt,
        deliveries(handle, team, id, Optional.empty(), 1).stream().findFirst(),
        row.getTimestamp("created_at").toInstant());
  }

  /// An endpoint's deliveries, newest first.
  static List<DeliveryView> deliveries(
      Handle handle, TeamId team, EndpointId endpoint, Optional<DeliveryId> before, int rows) {
    return handle
        .createQuery(
            """
            SELECT d.delivery_id, d.event_id, e.type, d.state, d.attempts, d.response_status,
              d.error, d.next_attempt_at, d.attempted_at, d.latency_millis, d.created_at
            FROM event_delivery d
            JOIN event e ON e.team_id = d.team_id AND e.event_id = d.event_id
            WHERE d.team_id = :team
              AND d.endpoint_id = :endpoint
              AND (CAST(:before AS uuid) IS NULL OR d.delivery_id < :before)
            ORDER BY d.delivery_id DESC
            LIMIT :rows
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .bindByType("before", before.map(DeliveryId::uuid).orElse(null), UUID.class)
        .bind("rows", rows)
        .map((row, _) -> delivery(row))
        .list();
  }

  /// One delivery to the endpoint.
  static Optional<DeliveryView> delivery(
      Handle handle, TeamId team, EndpointId endpoint, DeliveryId delivery) {
    return handle
        .createQuery(
            """
            SELECT d.delivery_id, d.event_id, e.type, d.state, d.attempts, d.response_status,
              d.error, d.next_attempt_at, d.attempted_at, d.latency_millis, d.created_at
            FROM event_delivery d
            JOIN event e ON e.team_id = d.team_id AND e.event_id = d.event_id
            WHERE d.team_id = :team AND d.endpoint_id = :endpoint AND d.delivery_id = :delivery
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .bind("delivery", delivery.uuid())
        .map((row, _) -> delivery(row))
        .findOne();
  }

  private static DeliveryView delivery(ResultSet row) throws SQLException {
    return new DeliveryView(
        new DeliveryId(row.getObject("delivery_id", UUID.class)),
        new EventId(row.getObject("event_id", UUID.class)),
        row.getString("type"),
        row.getString("state"),
        row.getInt("attempts"),
        Optional.ofNullable(row.getObject("response_status", Integer.class)),
        Optional.ofNullable(row.getString("error")),
        instant(row, "next_attempt_at"),
        instant(row, "attempted_at"),
        Optional.ofNullable(row.getObject("latency_millis", Long.class)),
        row.getTimestamp("created_at").toInstant());
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
  }
}
