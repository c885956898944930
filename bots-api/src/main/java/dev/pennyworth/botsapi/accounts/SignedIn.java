package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.security.authentication.Authentication;
import java.util.Map;
import java.util.Optional;

/// What the web framework is told of who asks.
///
/// @param asked empty if he is no member of the team that the request is for
/// @param namesTeam whether the request named the team itself
/// @param session empty for an API key
record SignedIn(UserId user, Optional<Caller> asked, boolean namesTeam, Optional<SessionId> session)
    implements Authentication {

  /// Who asks, for a route of a team.
  ///
  /// @throws HttpFailure 404 if the request names a team that is not his, 401 if he names none and
  ///   has left the one that his token is for
  Caller caller() {
    return asked.orElseThrow(() ->
        namesTeam
            ? HttpFailure.notFound("team")
            : HttpFailure.unauthorized(
                "membership_ended",
                "You are no member of the team that this token is for. Name another in the header"
                    + " X-Team-Id; GET /api/teams lists yours."));
  }

  @Override
  public String getName() {
    return user.toString();
  }

  @Override
  public Map<String, Object> getAttributes() {
    return Map.of();
  }
}
