package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;

/// Somebody with an account of his own who is a member of another team, and asks for that.
public record TestingMember(TestingServer server, TestingTeam team, TestingTeam own, String id) {

  /// A member who has just joined.
  ///
  /// @param role such as `editor`
  public static TestingMember of(TestingServer server, TestingTeam team, String role) {
    var own = server.register();
    var added = add(server, team, own.email(), role);
    if (added.status() != 201) {
      throw new IllegalStateException("cannot add a member: " + added.text());
    }
    return new TestingMember(server, team, own, added.json().path("id").textValue());
  }

  /// Asks as the team's owner to take somebody in.
  public static TestingAnswer add(
      TestingServer server, TestingTeam team, String email, String role) {
    return server.post(
        "/api/team/members",
        team.accessToken(),
        "{\"email\":\"%s\",\"role\":\"%s\"}".formatted(email, role));
  }

  public TestingAnswer get(String path) {
    return server.get(path, own.accessToken(), "X-Team-Id", team.id().toString());
  }

  public TestingAnswer post(String path, String json) {
    return server.post(path, own.accessToken(), json, "X-Team-Id", team.id().toString());
  }

  public TestingAnswer patch(String path, String json) {
    return server.patch(path, own.accessToken(), json, "X-Team-Id", team.id().toString());
  }

  public TestingAnswer delete(String path) {
    return server.delete(path, own.accessToken(), "X-Team-Id", team.id().toString());
  }

  /// Makes an API key of his in the team.
  public JsonNode newKey() {
    return post("/api/keys", "{\"name\":\"mine\"}").json();
  }
}
