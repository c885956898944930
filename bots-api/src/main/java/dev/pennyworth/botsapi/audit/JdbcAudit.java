package dev.pennyworth.botsapi.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.KeyId;
import dev.pennyworth.botsapi.accounts.UserId;
import dev.pennyworth.connectors.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// The audit log: who changed what, from which value to which. The database refuses to change or
/// delete what is written.
public final class JdbcAudit {
  private final Jdbi jdbi;
  private final Json json;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcAudit(Jdbi jdbi, Json json, Supplier<UUID> ids, InstantSource clock) {
    this.jdbi = jdbi;
    this.json = json;
    this.ids = ids;
    this.clock = clock;
  }

  /// Notes what a caller changes in his team. Joins the caller's transaction: call it in the one
  /// that makes the change.
  ///
  /// @param subject the written id of what is changed, such as `bt_…`
  /// @param from what it was, to be written as JSON; null where there was nothing. Never a secret
  /// @param to what it is now, likewise; null where nothing is left
  public void record(
      Handle tx,
      Caller caller,
      AuditAction action,
      String subject,
      @Nullable Object from,
      @Nullable Object to) {
    record(tx, caller.team(), Actor.of(caller), action, subject, from, to);
  }

  /// The same, for what somebody does who is no caller of the team, or nobody.
  public void record(
      Handle tx,
      TeamId team,
      Actor actor,
      AuditAction action,
      String subject,
      @Nullable Object from,
      @Nullable Object to) {
    tx.createUpdate(
            """
            INSERT INTO audit_entry
              (team_id, audit_id, at, user_id, key_id, action, subject, old_value, new_value)
            VALUES (:team, :id, :at, :user, :key, :action, :subject, :old::jsonb, :new::jsonb)
            """)
        .bind("team", team.uuid())
        .bind("id", ids.get())
        .bind("at", clock.instant())
        .bindByType("user", actor.user().map(UserId::uuid).orElse(null), UUID.class)
        .bindByType("key", actor.key().map(KeyId::uuid).orElse(null), UUID.class)
        .bind("action", action.word())
        .bind("subject", subject)
        .bindByType("old", written(from), String.class)
        .bindByType("new", written(to), String.class)
        .execute();
  }

  private @Nullable String written(@Nullable Object value) {
    return value == null ? null : new String(json.write(value), StandardCharsets.UTF_8);
  }

  /// An entry as lists show it.
  ///
  /// @param email of the actor; empty where no person asked
  record Entry(
      AuditId id,
      Instant at,
      Actor actor,
      Optional<String> email,
      String action,
      String subject,
      Optional<JsonNode> from,
      Optional<JsonNode> to) {}

  /// Which entries to list.
  record Filter(Optional<AuditAction> action, Optional<UserId> user, Optional<KeyId> key) {}

  /// A team's entries, newest first.
  ///
  /// @param before the entry that the page begins after
  List<Entry> list(TeamId team, Filter filter, Optional<AuditId> before, int rows) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT a.audit_id, a.at, a.user_id, a.key_id, u.email, a.action, a.subject,
                  a.old_value, a.new_value
                FROM audit_entry a
                LEFT JOIN app_user u ON u.user_id = a.user_id
                WHERE a.team_id = :team
                  AND (:action::text IS NULL OR a.action = :action)
                  AND (:user::uuid IS NULL OR a.user_id = :user)
                  AND (:key::uuid IS NULL OR a.key_id = :key)
                  AND (:before::uuid IS NULL OR a.audit_id < :before)
                ORDER BY a.audit_id DESC
                LIMIT :rows
                """)
            .bind("team", team.uuid())
            .bindByType("action", filter.action().map(AuditAction::word).orElse(null), String.class)
            .bindByType("user", filter.user().map(UserId::uuid).orElse(null), UUID.class)
            .bindByType("key", filter.key().map(KeyId::uuid).orElse(null), UUID.class)
            .bindByType("before", before.map(AuditId::uuid).orElse(null), UUID.class)
            .bind("rows", rows)
            .map((row, _) -> entry(row))
            .list());
  }

  private Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        new AuditId(row.getObject("audit_id", UUID.class)),
        row.getTimestamp("at").toInstant(),
        new Actor(
            Optional.ofNullable(row.getObject("user_id", UUID.class)).map(UserId::new),
            Optional.ofNullable(row.getObject("key_id", UUID.class)).map(KeyId::new)),
        Optional.ofNullable(row.getString("email")),
        row.getString("action"),
        row.getString("subject"),
        tree(row.getString("old_value")),
        tree(row.getString("new_value")));
  }

  private Optional<JsonNode> tree(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.read(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new IllegalStateException("the database keeps JSON only", e);
    }
  }
}
