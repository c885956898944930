package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.Event;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.secrets.Binding;
import dev.pennyworth.botsapi.secrets.Sealer;
import dev.pennyworth.connectors.HttpFailure;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/// Where owners' programs want to hear of events. Everything here joins the caller's transaction.
final class JdbcWebhookEndpoints {
  private static final int ENDPOINTS_OF_A_TEAM_MAX = 20;

  private final JdbcEvents events;
  private final Sealer sealer;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcWebhookEndpoints(JdbcEvents events, Sealer sealer, Supplier<UUID> ids, InstantSource clock) {
    this.events = events;
    this.sealer = sealer;
    this.ids = ids;
    this.clock = clock;
  }

  /// @throws HttpFailure 409 if the team has too many
  EndpointId create(Handle tx, TeamId team, String url, EventFilter filter, SecretText secret) {
    refuseTooMany(tx, team);
    var id = new EndpointId(ids.get());
    tx.createUpdate(
            """
            INSERT INTO webhook_endpoint (
              team_id, endpoint_id, url, events, sealed_secret, created_at)
            VALUES (:team, :endpoint, :url, :events, :secret, :now)
            """)
        .bind("team", team.uuid())
        .bind("endpoint", id.uuid())
        .bind("url", url)
        .bindArray("events", String.class, filter.patterns())
        .bind("secret", sealer.seal(binding(team, id), secret))
        .bind("now", clock.instant())
        .execute();
    return id;
  }

  /// Counts under a lock on the team, so that two at once do not both find the last place.
  private static void refuseTooMany(Handle tx, TeamId team) {
    tx.createQuery(
            """
            SELECT team_id
            FROM team
            WHERE team_id = :team
            FOR NO KEY UPDATE
            """)
        .bind("team", team.uuid())
        .mapTo(UUID.class)
        .one();
    int count =
        tx.createQuery(
                """
                SELECT count(*)
                FROM webhook_endpoint
                WHERE team_id = :team
                """)
            .bind("team", team.uuid())
            .mapTo(Integer.class)
            .one();
    if (count >= ENDPOINTS_OF_A_TEAM_MAX) {
      throw HttpFailure.conflict(
          "too_many_webhook_endpoints",
          "A team may have %d webhook endpoints. Delete one first."
              .formatted(ENDPOINTS_OF_A_TEAM_MAX));
    }
  }

  void changeUrl(Handle tx, TeamId team, EndpointId endpoint, String url) {
    tx.createUpdate(
            """
            UPDATE webhook_endpoint
            SET url = :url
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bind("url", url)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
  }

  void changeEvents(Handle tx, TeamId team, EndpointId endpoint, EventFilter filter) {
    tx.createUpdate(
            """
            UPDATE webhook_endpoint
            SET events = :events
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bindArray("events", String.class, filter.patterns())
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
  }

  /// Deletes an endpoint with the log of its deliveries. Whether it was there.
  boolean delete(Handle tx, TeamId team, EndpointId endpoint) {
    lock(tx, team, endpoint);
    tx.createUpdate(
            """
            DELETE FROM event_delivery
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
    return tx.createUpdate(
                """
                DELETE FROM webhook_endpoint
                WHERE team_id = :team AND endpoint_id = :endpoint
                """)
            .bind("team", team.uuid())
            .bind("endpoint", endpoint.uuid())
            .execute()
        == 1;
  }

  /// An endpoint that is locked for the rest of the transaction.
  record Locked(String url, boolean isEnabled) {}

  Optional<Locked> lock(Handle tx, TeamId team, EndpointId endpoint) {
    return tx.createQuery(
            """
            SELECT url, disabled_at IS NULL
            FROM webhook_endpoint
            WHERE team_id = :team AND endpoint_id = :endpoint
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .map((row, _) -> new Locked(row.getString(1), row.getBoolean(2)))
        .findOne();
  }

  void enable(Handle tx, TeamId team, EndpointId endpoint) {
    tx.createUpdate(
            """
            UPDATE webhook_endpoint
            SET disabled_at = NULL, disabled_reason = NULL
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
  }

  /// Switches an endpoint off for its failures, and has the owners told.
  void disable(Handle tx, Claim claim, EndpointId endpoint, String reason) {
    var locked = lock(tx, claim.team(), endpoint);
    if (locked.isEmpty() || !disable(tx, claim.team(), endpoint, reason)) {
      return;
    }
    events.append(
        tx,
        claim.team(),
        new Event(
            EventType.WEBHOOK_ENDPOINT_DISABLED,
            "webhook_endpoint.disabled/%s/%d".formatted(claim.delivery(), claim.fence()),
            Map.of(
                "endpoint_id", endpoint.toString(), "url", locked.get().url(), "reason", reason)));
  }

  /// Switches an endpoint off; what waits for it is given up. Whether it was on.
  boolean disable(Handle tx, TeamId team, EndpointId endpoint, String reason) {
    int disabled =
        tx.createUpdate(
                """
                UPDATE webhook_endpoint
                SET disabled_at = :now, disabled_reason = :reason
                WHERE team_id = :team AND endpoint_id = :endpoint AND disabled_at IS NULL
                """)
            .bind("now", clock.instant())
            .bind("reason", reason)
            .bind("team", team.uuid())
            .bind("endpoint", endpoint.uuid())
            .execute();
    if (disabled == 1) {
      giveUpWaiting(tx, team, endpoint);
    }
    return disabled == 1;
  }

  private static void giveUpWaiting(Handle tx, TeamId team, EndpointId endpoint) {
    tx.createUpdate(
            """
            UPDATE event_delivery
            SET state = 'failed', next_attempt_at = NULL, error = :error
            WHERE team_id = :team AND endpoint_id = :endpoint AND state = 'pending'
            """)
        .bind("error", "Not delivered: the endpoint was disabled.")
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
  }

  void noteDelivered(Handle tx, TeamId team, EndpointId endpoint, Instant now) {
    tx.createUpdate(
            """
            UPDATE webhook_endpoint
            SET delivered_at = :now
            WHERE team_id = :team AND endpoint_id = :endpoint
            """)
        .bind("now", now)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .execute();
  }

  boolean hasReceivedSince(Handle tx, TeamId team, EndpointId endpoint, Instant since) {
    return tx.createQuery(
            """
            SELECT EXISTS (
              SELECT 1
              FROM webhook_endpoint
              WHERE team_id = :team AND endpoint_id = :endpoint AND delivered_at >= :since)
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .bind("since", since)
        .mapTo(Boolean.class)
        .one();
  }

  SecretText open(TeamId team, EndpointId endpoint, byte[] sealed) {
    return sealer.openText(binding(team, endpoint), sealed);
  }

  private static Binding binding(TeamId team, EndpointId endpoint) {
    return Binding.of("webhook_endpoint", team.toString(), endpoint.toString());
  }
}
