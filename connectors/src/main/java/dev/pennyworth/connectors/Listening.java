package dev.pennyworth.connectors;

/// A connection that listens for one bot's messages.
public interface Listening extends AutoCloseable {
  /// Whether it still listens. Once it does not, it is opened anew after a pause.
  boolean isOpen();

  /// Ends it soon. Never throws; may be called again.
  @Override
  void close();
}
