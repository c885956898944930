package dev.pennyworth.agentloop.model;

/// A model's wish to call a tool.
///
/// @param id names the call within its reply
/// @param argumentsJson as the model wrote them: not yet known to be JSON
public record ToolCall(String id, String toolName, String argumentsJson) {}
