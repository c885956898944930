package dev.pennyworth.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// What owners are to be told, written in the commit that it speaks of. Telling is somebody else's
/// work, and comes after.
public final class JdbcEvents {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final InstantSource clock;
  private final EventListener listener;

  /// Nobody listens: whoever tells the owners looks for himself.
  JdbcEvents(InstantSource clock) {
    this(clock, () -> {});
  }

  JdbcEvents(InstantSource clock, EventListener listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /// Writes an event, unless it happened before. Joins the caller's transaction.
  public void append(Handle tx, TeamId team, Event event) {
    if (insert(tx, List.of(new Books.Telling(team, event)), clock.instant()) > 0) {
      tx.afterCommit(listener::eventCommitted);
    }
  }

  /// @return how many had not happened before
  static int insert(Handle tx, List<Books.Telling> tellings, Instant now) {
    return tx.createUpdate(
            """
            INSERT INTO event (team_id, event_id, source_key, type, data, created_at)
            SELECT team_id, event_id, source_key, type, data::jsonb, :now
            FROM unnest(:teams::uuid[], :events::uuid[], :sources::text[], :types::text[],
              :data::text[])
              AS row (team_id, event_id, source_key, type, data)
            ON CONFLICT (team_id, source_key) DO NOTHING
            """)
        .bindArray("teams", UUID.class, JdbcBooks.column(tellings, one -> one.team().uuid()))
        .bindArray("events", UUID.class, JdbcBooks.column(tellings, JdbcEvents::id))
        .bindArray(
            "sources", String.class, JdbcBooks.column(tellings, one -> one.event().sourceKey()))
        .bindArray(
            "types", String.class, JdbcBooks.column(tellings, one -> one.event().type().word()))
        .bindArray(
            "data", String.class, JdbcBooks.column(tellings, one -> json(one.event().facts())))
        .bind("now", now)
        .execute();
  }

  private static UUID id(Books.Telling telling) {
    return TypedIds.of("event", telling.team().uuid().toString(), telling.event().sourceKey());
  }

  private static String json(Map<String, Object> facts) {
    try {
      return JSON.writeValueAsString(facts);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the facts of an event are plain values", e);
    }
  }
}
