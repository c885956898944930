package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import java.time.Instant;
import java.util.Map;

/// An MCP server as its owners read it.
///
/// @param headers `***` for each that is set
/// @param headerFingerprints tell values apart
public record ServerView(
    McpServerId id,
    WorkspaceId workspaceId,
    String name,
    String url,
    Map<String, String> headers,
    Map<String, String> headerFingerprints,
    Instant createdAt,
    Instant updatedAt) {

  static ServerView of(OwnersServer server) {
    return new ServerView(
        server.id(),
        server.workspace(),
        server.name(),
        server.url(),
        server.headers().hidden(),
        server.headers().fingerprints(),
        server.createdAt(),
        server.updatedAt());
  }
}
