package dev.pennyworth.agentloop;

/// The operator's `mcp.json` cannot be taken. The message says where and why, and quotes no value.
public final class McpProgramsRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  McpProgramsRefused(String message) {
    super(message);
  }
}
