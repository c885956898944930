package dev.pennyworth.botsapi;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has been started, and is stopped in the opposite order: also when a start fails half-way,
/// or is interrupted by a signal.
final class StopList implements AutoCloseable {
  private final Deque<AutoCloseable> started = new ArrayDeque<>();
  private boolean closed;

  /// Takes something that was started; stops it at once if all else is stopped already.
  <T extends AutoCloseable> T add(T part) {
    boolean late;
    synchronized (this) {
      late = closed;
      started.push(part);
    }
    if (late) {
      close();
      throw new StartRefused("Pennyworth was told to stop while it started.");
    }
    return part;
  }

  /// Stops everything. Safe to repeat.
  @Override
  public void close() {
    for (var part = next(); part != null; part = next()) {
      stop(part);
    }
  }

  private synchronized @org.jspecify.annotations.Nullable AutoCloseable next() {
    closed = true;
    return started.poll();
  }

  /// One part that does not stop must not keep the others from stopping.
  private static void stop(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      Logger log = LoggerFactory.getLogger(StopList.class);
      log.warn("{} did not stop cleanly", part.getClass().getSimpleName(), e);
    }
  }
}
