package dev.pennyworth.agentloop.tools;

/// A call that went wrong; the message tells the model what to do better.
public final class ToolFailed extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean mayHaveActed;

  /// It is certain that nothing was done, or that the tool itself says that it failed.
  public ToolFailed(String message) {
    this(message, false);
  }

  private ToolFailed(String message, boolean mayHaveActed) {
    super(message);
    this.mayHaveActed = mayHaveActed;
  }

  /// The call was sent and never answered: nobody knows whether the tool did what was asked.
  public static ToolFailed unknown(String why) {
    return new ToolFailed(
        why + " It is not known whether this was done; do not repeat it unless the user agrees.",
        true);
  }

  /// Whether the tool may have done what was asked all the same.
  public boolean mayHaveActed() {
    return mayHaveActed;
  }

  /// The message, which is always there.
  public String text() {
    return String.valueOf(getMessage());
  }
}
