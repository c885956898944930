package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.billing.TeamId;

/// A person with their personal team.
public record Account(UserId user, EmailAddress email, TeamId team, String teamName) {

  /// The account's owner, asking for their own team.
  public Caller caller() {
    return new Caller(user, team, Role.OWNER);
  }
}
