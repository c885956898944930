package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.EventListener;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.TeamId;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/// What owners have sent by hand: a ping, or a delivery once more. Joins the caller's transaction,
/// which has locked the endpoint.
final class JdbcResends {
  private final EventListener listener;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcResends(EventListener listener, Supplier<UUID> ids, InstantSource clock) {
    this.listener = listener;
    this.ids = ids;
    this.clock = clock;
  }

  /// Writes a ping that goes to this endpoint and to no other.
  DeliveryId ping(Handle tx, TeamId team, EndpointId endpoint) {
    var event = new EventId(ids.get());
    var delivery = new DeliveryId(ids.get());
    tx.createUpdate(
            """
            INSERT INTO event (team_id, event_id, source_key, type, data, created_at, relayed_at)
            VALUES (:team, :event, :source, :type, jsonb_build_object('endpoint_id', CAST(:endpoint AS text)),
              :now, :now)
            """)
        .bind("team", team.uuid())
        .bind("event", event.uuid())
        .bind("source", "ping/" + event)
        .bind("type", EventType.PING.word())
        .bind("endpoint", endpoint.toString())
        .bind("now", clock.instant())
        .execute();
    tx.createUpdate(
            """
            INSERT INTO event_delivery (
              team_id, delivery_id, event_id, endpoint_id, created_at, begun_at, next_attempt_at)
            VALUES (:team, :delivery, :event, :endpoint, :now, :now, :now)
            """)
        .bind("team", team.uuid())
        .bind("delivery", delivery.uuid())
        .bind("event", event.uuid())
        .bind("endpoint", endpoint.uuid())
        .bind("now", clock.instant())
        .execute();
    tx.afterCommit(listener::eventCommitted);
    return delivery;
  }

  /// Begins a delivery's schedule anew, now, whatever became of it before; unless an attempt is
  /// under way.
  void retry(Handle tx, TeamId team, EndpointId endpoint, DeliveryId delivery) {
    tx.createUpdate(
            """
            UPDATE event_delivery
            SET state = 'pending', begun_at = :now, tries = 0, next_attempt_at = :now
            WHERE team_id = :team
              AND endpoint_id = :endpoint
              AND delivery_id = :delivery
              AND (state <> 'pending' OR lease_until <= :now)
            """)
        .bind("now", clock.instant())
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .bind("delivery", delivery.uuid())
        .execute();
    tx.afterCommit(listener::eventCommitted);
  }
}
