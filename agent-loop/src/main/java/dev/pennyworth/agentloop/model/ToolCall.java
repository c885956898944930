package dev.pennyworth.agentloop.model;

import java.util.Optional;

/// A model's wish to call a tool.
///
/// @param id names the call within its reply
/// @param argumentsJson as the model wrote them: not yet known to be JSON
/// @param providerMark what the provider wants to see again with the call, opaque; most want
///   nothing
public record ToolCall(
    String id, String toolName, String argumentsJson, Optional<String> providerMark) {
  public ToolCall(String id, String toolName, String argumentsJson) {
    this(id, toolName, argumentsJson, Optional.empty());
  }
}
