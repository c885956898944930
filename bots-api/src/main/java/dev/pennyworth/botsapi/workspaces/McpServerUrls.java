package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.McpPrograms;
import dev.pennyworth.agentloop.OperatorTeams;
import dev.pennyworth.agentloop.WorkspaceTools;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.http.HttpOwnersUrls;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.RequestBody;
import java.net.URI;
import java.net.URISyntaxException;

/// Where an MCP server may be: at an address of HTTP, or, for the operator's own team, in a program
/// that he set up on this machine.
final class McpServerUrls {
  private static final String URL = "url";

  private final HttpOwnersUrls urls;
  private final McpPrograms programs;
  private final OperatorTeams operators;

  McpServerUrls(HttpOwnersUrls urls, McpPrograms programs, OperatorTeams operators) {
    this.urls = urls;
    this.programs = programs;
    this.operators = operators;
  }

  static String read(RequestBody body) {
    return parse(body).toString();
  }

  private static URI parse(RequestBody body) {
    String text = body.required(URL, body.text(URL, 1, HttpOwnersUrls.LENGTH_MAX));
    try {
      return new URI(text);
    } catch (URISyntaxException _) {
      throw body.invalid(URL, "an http:// or https:// address");
    }
  }

  /// Checks what a request says of the address. May look up a name, so it is called outside
  /// transactions.
  ///
  /// @throws HttpFailure 422
  void check(TeamId team, RequestBody body) {
    if (!body.names(URL)) {
      return;
    }
    var url = parse(body);
    if (WorkspaceTools.programOf(url).isPresent()) {
      requireProgram(team, url);
    } else {
      urls.require(URL, url.toString());
    }
  }

  /// Other teams hear the same whatever they name.
  private void requireProgram(TeamId team, URI url) {
    if (!operators.isOperators(team)) {
      throw HttpFailure.invalidValue(
          URL,
          "url must be an http:// or https:// address. Programs on the server's own machine are"
              + " for its operator's team alone.",
          "an http or https address");
    }
    var known = programs.names().stream().map(name -> "stdio:" + name).toList();
    if (!known.contains(url.toString())) {
      throw HttpFailure.invalidValue(
          URL, "url names no program of mcp.json in the data folder of this node.", known);
    }
  }

  /// A program has no headers: what it needs to know stands in its environment.
  ///
  /// @throws HttpFailure 422
  static void requireNoHeaders(String url, SealedHeaders headers) {
    if (WorkspaceTools.programOf(URI.create(url)).isPresent() && !headers.byName().isEmpty()) {
      throw HttpFailure.invalidValue(
          "headers",
          "headers must be empty for a program; what it needs to know is its env in mcp.json.");
    }
  }
}
