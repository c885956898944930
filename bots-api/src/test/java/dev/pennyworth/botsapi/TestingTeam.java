package dev.pennyworth.botsapi;

import dev.pennyworth.billing.TeamId;

/// A team that registered, and its owner's tokens.
public record TestingTeam(TeamId id, String email, String accessToken, String refreshToken) {
  public static final String PASSWORD = "correct horse battery";

  static TestingTeam of(TestingAnswer registered) {
    var json = registered.json();
    return new TestingTeam(
        TeamId.parse(json.at("/team/id").textValue()).orElseThrow(),
        json.at("/user/email").textValue(),
        json.path("access_token").textValue(),
        json.path("refresh_token").textValue());
  }
}
