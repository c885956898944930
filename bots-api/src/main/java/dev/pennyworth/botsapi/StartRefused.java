package dev.pennyworth.botsapi;

/// Pennyworth cannot start, and the operator can do something about it: the message says what.
public final class StartRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  public StartRefused(String message) {
    super(message, null, false, false);
  }

  public StartRefused(String message, Throwable cause) {
    super(message, cause, false, false);
  }
}
