package dev.pennyworth.billing;

/// Wants to know when this process has committed an event. Others find it by looking.
public interface EventListener {
  /// An event was committed. Returns at once, and never throws.
  void eventCommitted();
}
