package dev.pennyworth.agentloop.tools;

/// An MCP server answered, and said no.
final class McpRefused extends Exception {
  private static final long serialVersionUID = 1;

  /// Of a refusal that is the protocol's own.
  static final int STATUS_OF_THE_PROTOCOL = 200;

  private final int status;

  /// @param status of HTTP
  McpRefused(int status, String message) {
    super(message);
    this.status = status;
  }

  McpRefused(String message) {
    this(STATUS_OF_THE_PROTOCOL, message);
  }

  String text() {
    return String.valueOf(getMessage());
  }

  /// Servers say 404 of a session that they do not know, and some 400. Both before they act.
  boolean mayBeOfTheSession() {
    return status == 404 || status == 400;
  }
}
