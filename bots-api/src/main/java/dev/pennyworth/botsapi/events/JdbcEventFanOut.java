package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.TeamId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns each event into deliveries: one for each enabled endpoint that wants its type, and one by
/// e-mail if it is of a kind that is worth one. That and the event's `relayed_at` are one commit,
/// so an event is fanned out once, whoever dies meanwhile.
///
/// Locks are taken in this order: events, endpoints, deliveries.
final class JdbcEventFanOut {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcEventFanOut.class);
  private static final int EVENTS_LOOKED_AT_MAX = 500;
  private static final int EVENTS_OF_A_COMMIT_MAX = 100;

  private final Jdbi jdbi;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcEventFanOut(Jdbi jdbi, Supplier<UUID> ids, InstantSource clock) {
    this.jdbi = jdbi;
    this.ids = ids;
    this.clock = clock;
  }

  private record Waiting(UUID event, String type, boolean isByMail) {}

  private record Endpoint(UUID id, EventFilter filter) {}

  /// Fans out what waits, at most a commit for each team. How many events that were.
  int relay() {
    int relayed = 0;
    for (var team : teamsThatWait()) {
      relayed += relay(team);
    }
    return relayed;
  }

  private List<TeamId> teamsThatWait() {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT DISTINCT team_id
                FROM (
                  SELECT team_id
                  FROM event
                  WHERE relayed_at IS NULL
                  ORDER BY created_at
                  LIMIT :rows) oldest
                """)
            .bind("rows", EVENTS_LOOKED_AT_MAX)
            .map((row, _) -> new TeamId(row.getObject(1, UUID.class)))
            .list());
  }

  /// One team's trouble is not the others': it waits for the next round.
  private int relay(TeamId team) {
    try {
      return jdbi.inTransaction(tx -> relay(tx, team));
    } catch (RuntimeException e) {
      LOG.warn("the events of {} could not be fanned out now", team, e);
      return 0;
    }
  }

  private int relay(Handle tx, TeamId team) {
    var events = lockWaiting(tx, team);
    if (events.isEmpty()) {
      return 0; // another node has them
    }
    insertDeliveries(tx, team, events, lockEndpoints(tx, team));
    markRelayed(tx, team, events);
    return events.size();
  }

  private static List<Waiting> lockWaiting(Handle tx, TeamId team) {
    return tx.createQuery(
            """
            SELECT event_id, type, coalesce((data ->> 'by_mail')::boolean, true)
            FROM event
            WHERE team_id = :team AND relayed_at IS NULL
            ORDER BY created_at
            LIMIT :rows
            FOR UPDATE SKIP LOCKED
            """)
        .bind("team", team.uuid())
        .bind("rows", EVENTS_OF_A_COMMIT_MAX)
        .map((row, _) ->
            new Waiting(row.getObject(1, UUID.class), row.getString(2), row.getBoolean(3)))
        .list();
  }

  /// Nobody disables or deletes one of them before the commit.
  private static List<Endpoint> lockEndpoints(Handle tx, TeamId team) {
    return tx.createQuery(
            """
            SELECT endpoint_id, events
            FROM webhook_endpoint
            WHERE team_id = :team AND disabled_at IS NULL
            ORDER BY endpoint_id
            FOR SHARE
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            new Endpoint(
                row.getObject(1, UUID.class),
                new EventFilter(List.of((String[]) row.getArray(2).getArray()))))
        .list();
  }

  private void insertDeliveries(
      Handle tx, TeamId team, List<Waiting> events, List<Endpoint> endpoints) {
    var batch =
        tx.prepareBatch(
            """
            INSERT INTO event_delivery (
              team_id, delivery_id, event_id, endpoint_id, created_at, begun_at, next_attempt_at)
            VALUES (:team, :delivery, :event, :endpoint, :now, :now, :now)
            """);
    for (var event : events) {
      for (var endpoint : waysOf(event, endpoints)) {
        batch
            .bind("team", team.uuid())
            .bind("delivery", ids.get())
            .bind("event", event.event())
            .bindByType("endpoint", endpoint.orElse(null), UUID.class)
            .bind("now", clock.instant())
            .add();
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  /// Endpoints; empty stands for the e-mail.
  private static List<Optional<UUID>> waysOf(Waiting event, List<Endpoint> endpoints) {
    var ways = new ArrayList<Optional<UUID>>();
    if (event.isByMail() && EventType.ofWord(event.type()).map(EventMail::isSent).orElse(false)) {
      ways.add(Optional.empty());
    }
    endpoints.stream()
        .filter(endpoint -> endpoint.filter().wants(event.type()))
        .forEach(endpoint -> ways.add(Optional.of(endpoint.id())));
    return ways;
  }

  private void markRelayed(Handle tx, TeamId team, List<Waiting> events) {
    tx.createUpdate(
            """
            UPDATE event
            SET relayed_at = :now
            WHERE team_id = :team AND event_id = ANY(:events)
            """)
        .bind("now", clock.instant())
        .bind("team", team.uuid())
        .bindArray("events", UUID.class, events.stream().map(Waiting::event).toList())
        .execute();
  }
}
