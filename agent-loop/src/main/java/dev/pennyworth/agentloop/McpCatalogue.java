package dev.pennyworth.agentloop;

import java.util.List;

/// What an MCP server offers, asked of the server itself. The answer may be some seconds old.
public interface McpCatalogue {
  /// The tools of the server in its own order, whether or not the owner switched them on.
  ///
  /// @throws McpUnavailable if the server cannot be asked; its message is written for the owner
  List<ListedTool> list(WorkspaceTools.McpServer server) throws McpUnavailable;

  /// One tool as its server describes it. The name is the server's own; a bot may see another.
  ///
  /// @param parametersJson the JSON Schema of the arguments, as the server sent it
  record ListedTool(
      String name,
      String description,
      String parametersJson,
      boolean isReadOnly,
      boolean isIdempotent) {}
}
