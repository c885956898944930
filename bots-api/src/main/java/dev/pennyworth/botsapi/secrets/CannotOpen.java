package dev.pennyworth.botsapi.secrets;

/// A sealed value that does not open: sealed under another master key, for another binding, or
/// changed since.
public final class CannotOpen extends RuntimeException {
  private static final long serialVersionUID = 1;

  CannotOpen(String reason, Throwable cause) {
    super("A sealed value does not open: " + reason + ".", cause);
  }

  CannotOpen(String reason) {
    super("A sealed value does not open: " + reason + ".");
  }
}
