package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// A tool of a workspace that is one HTTP request. Written `tool_…` outside.
public record ToolId(UUID uuid) {
  private static final String PREFIX = "tool_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<ToolId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(ToolId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
