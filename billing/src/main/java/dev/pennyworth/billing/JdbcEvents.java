package dev.pennyworth.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.InstantSource;
import java.util.Map;
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
    if (insert(tx, team, event)) {
      tx.afterCommit(listener::eventCommitted);
    }
  }

  private boolean insert(Handle tx, TeamId team, Event event) {
    return tx.createUpdate(
                """
                INSERT INTO event (team_id, event_id, source_key, type, data, created_at)
                VALUES (:team, :event, :source, :type, :data::jsonb, :now)
                ON CONFLICT (team_id, source_key) DO NOTHING
                """)
            .bind("team", team.uuid())
            .bind("event", TypedIds.of("event", team.uuid().toString(), event.sourceKey()))
            .bind("source", event.sourceKey())
            .bind("type", event.type().word())
            .bind("data", json(event.facts()))
            .bind("now", clock.instant())
            .execute()
        == 1;
  }

  private static String json(Map<String, Object> facts) {
    try {
      return JSON.writeValueAsString(facts);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the facts of an event are plain values", e);
    }
  }
}
