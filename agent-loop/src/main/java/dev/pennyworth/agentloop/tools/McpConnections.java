package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.WorkspaceTools.McpServer;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// Asks MCP servers, each in its own way: over HTTP, or as a program on this machine.
public final class McpConnections {
  private final HttpMcpClient http;
  private final ProcessMcpClient programs;

  public McpConnections(HttpMcpClient http, ProcessMcpClient programs) {
    this.http = http;
    this.programs = programs;
  }

  /// One page of a server's tools. Blocks until it has answered or `timeout` has passed.
  ///
  /// @param cursor of the page; empty for the first
  ListToolsResult list(McpServer server, Optional<String> cursor, Duration timeout)
      throws McpRefused, NoAnswer {
    return ask(server, client -> client.listTools(cursor.orElse(null)), timeout);
  }

  /// Calls a tool of a server. Blocks until it has answered or `timeout` has passed.
  CallToolResult call(McpServer server, CallToolRequest request, Duration timeout)
      throws McpRefused, NoAnswer {
    return ask(server, client -> client.callTool(request), timeout);
  }

  private <T> T ask(McpServer server, Function<McpSyncClient, T> question, Duration timeout)
      throws McpRefused, NoAnswer {
    var program = server.program();
    return program.isPresent()
        ? programs.ask(server.team(), program.get(), question, timeout)
        : http.ask(server, question, timeout);
  }
}
