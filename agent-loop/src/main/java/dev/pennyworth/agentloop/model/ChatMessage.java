package dev.pennyworth.agentloop.model;

import java.util.List;

/// One entry of the context that a model sees, after the system prompt.
public sealed interface ChatMessage {
  /// Said by the end user.
  record User(String text) implements ChatMessage {}

  /// Said by the model. The text may be empty if it only called tools.
  record Assistant(String text, List<ToolCall> toolCalls) implements ChatMessage {
    public Assistant {
      toolCalls = List.copyOf(toolCalls);
    }
  }

  /// What a tool answered to the call of that id.
  record ToolResult(String callId, String toolName, String text) implements ChatMessage {}
}
