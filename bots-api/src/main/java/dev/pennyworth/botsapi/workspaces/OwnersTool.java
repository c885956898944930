package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.agentloop.WorkspaceId;
import dev.pennyworth.billing.ToolPrice;
import java.time.Instant;
import java.util.Optional;

/// An HTTP tool of a workspace.
///
/// @param price the version in force of what its settings ask for; empty: free
record OwnersTool(
    ToolId id,
    WorkspaceId workspace,
    ToolSettings settings,
    SealedHeaders headers,
    Optional<ToolPrice> price,
    Instant createdAt,
    Instant updatedAt) {}
