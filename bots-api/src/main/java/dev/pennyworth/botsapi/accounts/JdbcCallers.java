package dev.pennyworth.botsapi.accounts;

import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Who asks with a bearer token. Asked at each request, so that a sign-out, a new role or the end
/// of a membership counts at once.
final class JdbcCallers {
  private static final String API_KEY_PREFIX = "pwk_";

  private final Jdbi jdbi;
  private final AccessTokens accessTokens;
  private final JdbcApiKeys apiKeys;

  JdbcCallers(Jdbi jdbi, AccessTokens accessTokens, JdbcApiKeys apiKeys) {
    this.jdbi = jdbi;
    this.accessTokens = accessTokens;
    this.apiKeys = apiKeys;
  }

  /// @param bearer an access token or an API key; empty if it is neither, or no longer holds
  Optional<SignedIn> find(String bearer) {
    return bearer.startsWith(API_KEY_PREFIX)
        ? ApiKeyText.parse(bearer)
            .flatMap(apiKeys::authenticate)
            .map(caller -> new SignedIn(caller, Optional.empty()))
        : accessTokens.read(bearer).flatMap(this::signedIn);
  }

  private Optional<SignedIn> signedIn(AccessTokens.Claims claims) {
    return role(claims)
        .map(role ->
            new SignedIn(
                new Caller(claims.user(), claims.team(), role), Optional.of(claims.session())));
  }

  private Optional<Role> role(AccessTokens.Claims claims) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT m.role
                FROM team_member m
                WHERE m.team_id = :team
                  AND m.user_id = :user
                  AND EXISTS (SELECT FROM refresh_token r WHERE r.family_id = :family)
                """)
            .bind("team", claims.team().uuid())
            .bind("user", claims.user().uuid())
            .bind("family", claims.session().uuid())
            .mapTo(String.class)
            .findOne()
            .map(Role::ofWord));
  }
}
