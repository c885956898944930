package dev.pennyworth.botsapi.accounts;

import io.micronaut.security.authentication.Authentication;
import java.util.Map;
import java.util.Optional;

/// What the web framework is told of a [Caller].
///
/// @param session empty for an API key
record SignedIn(Caller caller, Optional<SessionId> session) implements Authentication {
  @Override
  public String getName() {
    return caller.user().toString();
  }

  @Override
  public Map<String, Object> getAttributes() {
    return Map.of();
  }
}
