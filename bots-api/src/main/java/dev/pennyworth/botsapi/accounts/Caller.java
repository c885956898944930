package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.HttpFailure;
import java.security.Principal;
import java.util.function.Predicate;

/// Who is asking, by access token or API key, and for which team. A controller's method that names
/// a `Caller` among its parameters is given one.
public record Caller(UserId user, TeamId team, Role role) implements Principal {

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
