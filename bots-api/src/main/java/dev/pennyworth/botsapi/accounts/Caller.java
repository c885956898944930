package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import java.security.Principal;
import java.util.Optional;
import java.util.function.Predicate;

/// Who is asking, by access token or API key, and for which team. A controller's method that names
/// a `Caller` among its parameters is given one.
///
/// @param key the API key that he asks with, if it is one
public record Caller(UserId user, TeamId team, Role role, Optional<KeyId> key)
    implements Principal {

  /// Who asks with an access token.
  public Caller(UserId user, TeamId team, Role role) {
    this(user, team, role, Optional.empty());
  }

  /// Who asks with a request; empty if nobody is signed in.
  public static Optional<Caller> of(HttpRequest<?> request) {
    return request.getUserPrincipal(SignedIn.class).flatMap(SignedIn::asked);
  }

  @Override
  public String getName() {
    return user.toString();
  }

  /// Refuses whoever's role does not reach.
  ///
  /// @param may such as `Role::editsBots`
  /// @param deed ends the sentence "Your role … may not …", such as `change bots`
  /// @throws HttpFailure 403
  public void require(Predicate<Role> may, String deed) {
    if (!may.test(role)) {
      throw HttpFailure.forbidden(
              "role_not_sufficient",
              "Your role '%s' may not %s. Ask an owner of the team.".formatted(role.word(), deed))
          .with("role", role.word());
    }
  }
}
