package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// Who asks with a bearer token. Asked at each request, so that a sign-out, a new role or the end
/// of a membership counts at once.
final class JdbcCallers {
  private static final String API_KEY_PREFIX = "pwk_";

  private final Jdbi jdbi;
  private final AccessTokens accessTokens;
  private final JdbcApiKeys apiKeys;
  private final JdbcSessions sessions;

  JdbcCallers(Jdbi jdbi, AccessTokens accessTokens, JdbcApiKeys apiKeys, JdbcSessions sessions) {
    this.jdbi = jdbi;
    this.sessions = sessions;
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

  /// Who browses.
  ///
  /// @param chosen the team that he looks at; the personal one if it is none of his
  Optional<SignedIn> browsing(SecretText cookie, Optional<String> chosen) {
    return sessions
        .browsing(cookie)
        .map(browsing -> {
          var user = browsing.user();
          var caller =
              chosen
                  .flatMap(TeamId::parse)
                  .flatMap(team -> role(team, user).map(role -> new Caller(user, team, role)))
                  .or(() -> personal(user));
          return new SignedIn(user, caller, false, Optional.of(browsing.session()));
        });
  }

  private Optional<Caller> personal(UserId user) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT m.team_id, m.role
                FROM app_user u
                JOIN team_member m ON m.team_id = u.team_id AND m.user_id = u.user_id
                WHERE u.user_id = :user
                """)
            .bind("user", user.uuid())
            .map((row, _) ->
                new Caller(
                    user,
                    new TeamId(row.getObject("team_id", UUID.class)),
                    Role.ofWord(row.getString("role"))))
            .findOne());
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
