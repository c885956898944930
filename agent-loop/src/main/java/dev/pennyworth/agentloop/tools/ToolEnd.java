package dev.pennyworth.agentloop.tools;

/// How a tool call ended.
public enum ToolEnd {
  /// It brought what it was asked for.
  DONE,
  /// Nothing was done, or the tool says that it failed.
  FAILED,
  /// It was sent and never answered: it may have been done.
  UNKNOWN
}
