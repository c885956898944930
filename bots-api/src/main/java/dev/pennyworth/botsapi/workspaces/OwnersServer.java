package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import java.time.Instant;

/// An MCP server of a workspace.
record OwnersServer(
    McpServerId id,
    WorkspaceId workspace,
    String name,
    String url,
    SealedHeaders headers,
    Instant createdAt,
    Instant updatedAt) {}
