package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// A server of tools in a workspace. Written `mcp_…` outside.
public record McpServerId(UUID uuid) {
  private static final String PREFIX = "mcp_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<McpServerId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(McpServerId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
