package dev.pennyworth.agentloop.tools;

/// No answer of a tool's server, or half of one. The message says why, for the owner and his bot's
/// model.
final class NoAnswer extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean isWritten;

  NoAnswer(String message, boolean isWritten, Throwable cause) {
    super(message, cause);
    this.isWritten = isWritten;
  }

  NoAnswer(String message, boolean isWritten) {
    super(message);
    this.isWritten = isWritten;
  }

  /// Whether the server may have seen the request.
  boolean isWritten() {
    return isWritten;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
