package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
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
  /// @param named the team that the request names; by default a token is for the personal team, and
  ///   a key for its own
  Optional<SignedIn> find(String bearer, Optional<String> named) {
    return bearer.startsWith(API_KEY_PREFIX)
        ? ApiKeyText.parse(bearer).flatMap(apiKeys::authenticate).map(key -> ofKey(key, named))
        : accessTokens.read(bearer).flatMap(claims -> ofToken(claims, named));
  }

  /// A key is of one team, whatever its maker is a member of.
  private static SignedIn ofKey(Caller key, Optional<String> named) {
    boolean isMeant = named.map(team -> team.equals(key.team().toString())).orElse(true);
    return new SignedIn(
        key.user(),
        isMeant ? Optional.of(key) : Optional.empty(),
        named.isPresent(),
        Optional.empty());
  }

  private Optional<SignedIn> ofToken(AccessTokens.Claims claims, Optional<String> named) {
    if (!isOpen(claims.session())) {
      return Optional.empty();
    }
    var team = named.map(TeamId::parse).orElse(Optional.of(claims.team()));
    var caller =
        team.flatMap(meant ->
            role(meant, claims.user()).map(role -> new Caller(claims.user(), meant, role)));
    return Optional.of(
        new SignedIn(claims.user(), caller, named.isPresent(), Optional.of(claims.session())));
  }

  private boolean isOpen(SessionId session) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (SELECT FROM refresh_token WHERE family_id = :family)
                """)
            .bind("family", session.uuid())
            .mapTo(Boolean.class)
            .one());
  }

  private Optional<Role> role(TeamId team, UserId user) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT role
                FROM team_member
                WHERE team_id = :team AND user_id = :user
                """)
            .bind("team", team.uuid())
            .bind("user", user.uuid())
            .mapTo(String.class)
            .findOne()
            .map(Role::ofWord));
  }
}
