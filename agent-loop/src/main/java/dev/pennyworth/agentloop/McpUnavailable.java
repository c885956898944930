package dev.pennyworth.agentloop;

/// An MCP server cannot be used now. The message says why, in words for the bot's owner.
public final class McpUnavailable extends Exception {
  private static final long serialVersionUID = 1L;

  /// The message names no secret: neither headers nor what the server said of itself.
  public McpUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  public McpUnavailable(String message) {
    super(message);
  }
}
