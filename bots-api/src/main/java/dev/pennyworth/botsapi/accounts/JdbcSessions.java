package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Sign-ins that last: a family of refresh tokens, each replaced by the next when it is used. A
/// token that comes twice ends its family: one of the two was stolen.
final class JdbcSessions {
  static final Duration LIFETIME = Duration.ofDays(30);
  private static final String PREFIX = "pwr_";

  /// Of a browser's session: its cookie. It is no refresh token, so that a stolen cookie opens no
  /// door of the API.
  private static final String BROWSER_PREFIX = "pws_";

  private final Jdbi jdbi;
  private final Tokens tokens;
  private final Supplier<UUID> ids;
  private final InstantSource clock;

  JdbcSessions(Jdbi jdbi, Tokens tokens, Supplier<UUID> ids, InstantSource clock) {
    this.jdbi = jdbi;
    this.tokens = tokens;
    this.ids = ids;
    this.clock = clock;
  }

  /// A session and its newest refresh token.
  record Open(UserId user, SessionId session, SecretText refreshToken) {}

  /// A browser's session.
  record Browsing(UserId user, SessionId session) {}

  /// Begins a session. Joins the caller's transaction.
  Open open(Handle tx, UserId user) {
    return insert(tx, user, new SessionId(ids.get()), PREFIX);
  }

  /// Begins a browser's session: its token is not replaced, and lasts as long as the session. Joins
  /// the caller's transaction.
  Open openForBrowser(Handle tx, UserId user) {
    return insert(tx, user, new SessionId(ids.get()), BROWSER_PREFIX);
  }

  /// Whose browser it is; empty if the cookie is not ours, has expired or was signed out.
  Optional<Browsing> browsing(SecretText cookie) {
    if (!cookie.reveal().startsWith(BROWSER_PREFIX)) {
      return Optional.empty();
    }
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT family_id, user_id
                FROM refresh_token
                WHERE token_hash = :hash AND expires_at > :now
                """)
            .bind("hash", Tokens.hash(cookie))
            .bind("now", clock.instant())
            .map((row, _) ->
                new Browsing(
                    new UserId(row.getObject("user_id", UUID.class)),
                    new SessionId(row.getObject("family_id", UUID.class))))
            .findOne());
  }

  /// Whose token it is or was; empty if nobody's.
  Optional<UserId> userOf(SecretText refreshToken) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT user_id
                FROM refresh_token
                WHERE token_hash = :hash
                """)
            .bind("hash", Tokens.hash(refreshToken))
            .mapTo(UUID.class)
            .findOne()
            .map(UserId::new));
  }

  /// Replaces a token by the next of its family; empty if it is not known, has expired, or was
  /// replaced before. The last ends the family.
  Optional<Open> refresh(SecretText refreshToken) {
    if (!refreshToken.reveal().startsWith(PREFIX)) {
      return Optional.empty();
    }
    var hash = Tokens.hash(refreshToken);
    return jdbi.inTransaction(tx -> {
      var row = lock(tx, hash);
      if (row.isEmpty() || !clock.instant().isBefore(row.get().expiresAt())) {
        return Optional.empty();
      }
      if (row.get().replaced()) {
        end(tx, row.get().session());
        return Optional.empty();
      }
      markReplaced(tx, hash);
      return Optional.of(insert(tx, row.get().user(), row.get().session(), PREFIX));
    });
  }

  /// Ends the session that a token belongs to. Safe to repeat.
  void end(SecretText refreshToken) {
    jdbi.useTransaction(
        tx -> lock(tx, Tokens.hash(refreshToken)).ifPresent(row -> end(tx, row.session())));
  }

  /// Ends a session. Safe to repeat.
  void end(SessionId session) {
    jdbi.useHandle(handle -> end(handle, session));
  }

  private Open insert(Handle tx, UserId user, SessionId session, String prefix) {
    var token = tokens.make(prefix);
    tx.createUpdate(
            """
            INSERT INTO refresh_token (token_hash, family_id, user_id, expires_at)
            VALUES (:hash, :family, :user, :expires)
            """)
        .bind("hash", Tokens.hash(token))
        .bind("family", session.uuid())
        .bind("user", user.uuid())
        .bind("expires", clock.instant().plus(LIFETIME))
        .execute();
    return new Open(user, session, token);
  }

  private Optional<Row> lock(Handle tx, byte[] hash) {
    return tx.createQuery(
            """
            SELECT family_id, user_id, expires_at, replaced_at
            FROM refresh_token
            WHERE token_hash = :hash
            FOR UPDATE
            """)
        .bind("hash", hash)
        .map((row, _) ->
            new Row(
                new SessionId(row.getObject("family_id", UUID.class)),
                new UserId(row.getObject("user_id", UUID.class)),
                row.getTimestamp("expires_at").toInstant(),
                row.getTimestamp("replaced_at") != null))
        .findOne();
  }

  private void markReplaced(Handle tx, byte[] hash) {
    tx.createUpdate(
            """
            UPDATE refresh_token
            SET replaced_at = :now
            WHERE token_hash = :hash
            """)
        .bind("now", clock.instant())
        .bind("hash", hash)
        .execute();
  }

  private void end(Handle tx, SessionId session) {
    tx.createUpdate(
            """
            DELETE FROM refresh_token
            WHERE family_id = :family
            """)
        .bind("family", session.uuid())
        .execute();
  }

  private record Row(SessionId session, UserId user, Instant expiresAt, boolean replaced) {}
}
