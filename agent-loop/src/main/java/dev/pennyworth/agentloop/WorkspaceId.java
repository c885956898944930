package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TypedIds;
import java.util.Optional;
import java.util.UUID;

/// A set of tools that bots use. Written `ws_…` outside.
public record WorkspaceId(UUID uuid) {
  private static final String PREFIX = "ws_";

  /// Reads the written form; empty if the text is not one.
  public static Optional<WorkspaceId> parse(String text) {
    return TypedIds.parse(PREFIX, text).map(WorkspaceId::new);
  }

  @Override
  public String toString() {
    return TypedIds.print(PREFIX, uuid);
  }
}
