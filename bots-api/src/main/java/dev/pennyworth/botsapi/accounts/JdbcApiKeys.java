package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.botsapi.audit.AuditAction;
import dev.pennyworth.botsapi.audit.JdbcAudit;
import dev.pennyworth.connectors.HttpFailure;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// API keys: they act as the member who made them, in that team.
public final class JdbcApiKeys {
  private static final int KEYS_OF_A_TEAM_MAX = 200;
  private static final Duration USE_IS_NOTED_EVERY = Duration.ofMinutes(1);

  private final Jdbi jdbi;
  private final Tokens tokens;
  private final JdbcAudit audit;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcApiKeys(Jdbi jdbi, Tokens tokens, JdbcAudit audit, Supplier<UUID> ids, InstantSource clock) {
    this.jdbi = jdbi;
    this.tokens = tokens;
    this.audit = audit;
    this.ids = ids;
    this.clock = clock;
  }

  /// A key as lists show it.
  public record Listed(
      KeyId id, String name, String hint, Instant createdAt, Optional<Instant> lastUsedAt) {}

  /// A key as it is shown once.
  public record Created(KeyId id, String name, SecretText key) {}

  /// What the audit log tells of a key.
  private record Noted(String name, String hint, UserId userId) {}

  /// Makes a key. Joins the caller's transaction.
  ///
  /// @throws HttpFailure 409 if the team has too many
  public Created create(Handle tx, Caller caller, String name) {
    refuseTooMany(tx, caller);
    var key = new ApiKeyText(caller.team(), tokens.make(""));
    var id = new KeyId(ids.get());
    tx.createUpdate(
            """
            INSERT INTO api_key (team_id, key_id, user_id, name, secret_hash, hint, created_at)
            VALUES (:team, :key, :user, :name, :hash, :hint, :now)
            """)
        .bind("team", caller.team().uuid())
        .bind("key", id.uuid())
        .bind("user", caller.user().uuid())
        .bind("name", name)
        .bind("hash", Tokens.hash(key.secret()))
        .bind("hint", key.hint())
        .bind("now", clock.instant())
        .execute();
    audit.record(
        tx,
        caller,
        AuditAction.KEY_CREATED,
        id.toString(),
        null,
        new Noted(name, key.hint(), caller.user()));
    return new Created(id, name, key.whole());
  }

  private static void refuseTooMany(Handle tx, Caller caller) {
    int count =
        tx.createQuery(
                """
                SELECT count(*)
                FROM api_key
                WHERE team_id = :team
                """)
            .bind("team", caller.team().uuid())
            .mapTo(Integer.class)
            .one();
    if (count >= KEYS_OF_A_TEAM_MAX) {
      throw HttpFailure.conflict(
          "too_many_keys",
          "A team may have %d API keys. Delete one first.".formatted(KEYS_OF_A_TEAM_MAX));
    }
  }

  /// The team's keys, newest first; of others only for who manages the team.
  ///
  /// @param before the key that the page begins after
  List<Listed> list(Caller caller, Optional<KeyId> before, int rows) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT key_id, name, hint, created_at, last_used_at
                FROM api_key
                WHERE team_id = :team
                  AND (:everyones OR user_id = :user)
                  AND (CAST(:before AS uuid) IS NULL OR key_id < :before)
                ORDER BY key_id DESC
                LIMIT :rows
                """)
            .bind("team", caller.team().uuid())
            .bind("everyones", caller.role().managesTeam())
            .bind("user", caller.user().uuid())
            .bindByType("before", before.map(KeyId::uuid).orElse(null), UUID.class)
            .bind("rows", rows)
            .map((row, _) -> listed(row))
            .list());
  }

  /// Deletes a key; of others only for who manages the team. Whether it was there.
  boolean delete(Caller caller, KeyId key) {
    Optional<UserId> maker =
        caller.role().managesTeam() ? Optional.empty() : Optional.of(caller.user());
    return jdbi.inTransaction(tx -> delete(tx, caller, Optional.of(key), maker)) == 1;
  }

  /// Deletes all that a member made, as he leaves: if he comes back, they must not work again.
  /// Joins the caller's transaction.
  void deleteOf(Handle tx, Caller caller, UserId member) {
    delete(tx, caller, Optional.empty(), Optional.of(member));
  }

  private int delete(Handle tx, Caller caller, Optional<KeyId> key, Optional<UserId> maker) {
    var deleted =
        tx.createQuery(
                """
                DELETE FROM api_key
                WHERE team_id = :team
                  AND (:key::uuid IS NULL OR key_id = :key)
                  AND (:maker::uuid IS NULL OR user_id = :maker)
                RETURNING key_id, name, hint, user_id
                """)
            .bind("team", caller.team().uuid())
            .bindByType("key", key.map(KeyId::uuid).orElse(null), UUID.class)
            .bindByType("maker", maker.map(UserId::uuid).orElse(null), UUID.class)
            .map((row, _) ->
                Map.entry(
                    new KeyId(row.getObject("key_id", UUID.class)),
                    new Noted(
                        row.getString("name"),
                        row.getString("hint"),
                        new UserId(row.getObject("user_id", UUID.class)))))
            .list();
    deleted.forEach(it ->
        audit.record(
            tx, caller, AuditAction.KEY_DELETED, it.getKey().toString(), it.getValue(), null));
    return deleted.size();
  }

  /// Who asks with this key; empty if it is not one, or its maker has left the team.
  Optional<Caller> authenticate(ApiKeyText text) {
    var found = find(text);
    found.filter(this::isUseToBeNoted).ifPresent(key -> noteUse(text, key));
    return found.map(key -> new Caller(key.user(), text.team(), key.role(), Optional.of(key.id())));
  }

  private Optional<Found> find(ApiKeyText text) {
    var hash = Tokens.hash(text.secret());
    return jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT k.key_id, k.user_id, k.secret_hash, k.last_used_at, m.role
                    FROM api_key k
                    JOIN team_member m ON m.team_id = k.team_id AND m.user_id = k.user_id
                    WHERE k.team_id = :team AND k.secret_hash = :hash
                    """)
                .bind("team", text.team().uuid())
                .bind("hash", hash)
                .map((row, _) -> found(row, hash))
                .findOne())
        .filter(Found::hasThisSecret);
  }

  private boolean isUseToBeNoted(Found key) {
    return key.lastUsedAt()
        .map(at -> !clock.instant().isBefore(at.plus(USE_IS_NOTED_EVERY)))
        .orElse(true);
  }

  private void noteUse(ApiKeyText text, Found key) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE api_key
                SET last_used_at = :now
                WHERE team_id = :team AND key_id = :key
                """)
            .bind("now", clock.instant())
            .bind("team", text.team().uuid())
            .bind("key", key.id().uuid())
            .execute());
  }

  private static Found found(ResultSet row, byte[] hash) throws SQLException {
    return new Found(
        new KeyId(row.getObject("key_id", UUID.class)),
        new UserId(row.getObject("user_id", UUID.class)),
        MessageDigest.isEqual(row.getBytes("secret_hash"), hash),
        lastUsedAt(row),
        Role.ofWord(row.getString("role")));
  }

  private static Listed listed(ResultSet row) throws SQLException {
    return new Listed(
        new KeyId(row.getObject("key_id", UUID.class)),
        row.getString("name"),
        row.getString("hint"),
        row.getTimestamp("created_at").toInstant(),
        lastUsedAt(row));
  }

  private static Optional<Instant> lastUsedAt(ResultSet row) throws SQLException {
    return Optional.ofNullable(row.getTimestamp("last_used_at")).map(Timestamp::toInstant);
  }

  private record Found(
      KeyId id, UserId user, boolean hasThisSecret, Optional<Instant> lastUsedAt, Role role) {}
}
