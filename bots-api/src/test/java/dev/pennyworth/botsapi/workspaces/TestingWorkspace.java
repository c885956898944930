package dev.pennyworth.botsapi.workspaces;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/// A team's workspace, as its owner reaches it.
record TestingWorkspace(TestingServer server, TestingTeam team, String id) {
  /// An address on the public internet that nobody has to look up.
  static final String URL = "https://93.184.215.14/weather";

  static TestingWorkspace ofNewTeam(TestingServer server) {
    return of(server, server.register());
  }

  static TestingWorkspace ofOperator(TestingServer server) {
    return of(server, server.operator());
  }

  private static TestingWorkspace of(TestingServer server, TestingTeam team) {
    var list = server.get("/api/workspaces", team.accessToken()).json();
    return new TestingWorkspace(server, team, list.at("/workspaces/0/id").textValue());
  }

  String path() {
    return "/api/workspaces/" + id;
  }

  String tools() {
    return path() + "/tools";
  }

  String servers() {
    return path() + "/mcp-servers";
  }

  TestingAnswer get(String path) {
    return server.get(path, team.accessToken());
  }

  TestingAnswer post(String path, String json, String... headers) {
    return server.post(path, team.accessToken(), json, headers);
  }

  TestingAnswer patch(String path, String json) {
    return server.patch(path, team.accessToken(), json);
  }

  TestingAnswer delete(String path) {
    return server.delete(path, team.accessToken());
  }

  /// The body of a tool that takes a city.
  ///
  /// @param fields further members of the JSON object, each with a comma before it
  static String tool(String name, String fields) {
    return """
    {"name":"%s","url":"%s","parameters":{"type":"object","properties":{"city":{"type":"string"}}}%s}\
    """
        .formatted(name, URL, fields);
  }

  /// Makes such a tool; the path of it.
  String newTool(String name, String fields) {
    return tools() + "/" + made(post(tools(), tool(name, fields)));
  }

  /// Makes a server; the path of it.
  String newServer(String name, String url) {
    return servers()
        + "/"
        + made(post(servers(), "{\"name\":\"%s\",\"url\":\"%s\"}".formatted(name, url)));
  }

  private static String made(TestingAnswer answer) {
    if (answer.status() != 201) {
      throw new IllegalStateException(answer.text());
    }
    return answer.json().path("id").textValue();
  }

  /// The entries of an action in the audit log, newest first.
  List<JsonNode> audit(String action) {
    var entries = new ArrayList<JsonNode>();
    get("/api/audit?action=" + action).json().path("entries").forEach(entries::add);
    return entries;
  }

  static List<String> texts(JsonNode list, String field) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(it -> it.path(field).asText())
        .toList();
  }
}
