package dev.pennyworth.botsapi.audit;

import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.KeyId;
import dev.pennyworth.botsapi.accounts.UserId;
import java.util.Optional;

/// Who did something.
///
/// @param user empty where no person asked: the program did it by itself
/// @param key the API key that he asked with, if it was one
public record Actor(Optional<UserId> user, Optional<KeyId> key) {
  /// The program by itself, such as a plan that ended with its period.
  public static final Actor SYSTEM = new Actor(Optional.empty(), Optional.empty());

  public static Actor of(Caller caller) {
    return new Actor(Optional.of(caller.user()), caller.key());
  }

  public static Actor of(UserId user) {
    return new Actor(Optional.of(user), Optional.empty());
  }
}
