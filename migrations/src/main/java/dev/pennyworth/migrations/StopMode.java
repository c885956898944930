package dev.pennyworth.migrations;

import java.util.Locale;

/// How a server is stopped.
enum StopMode {
  /// Cuts the connections, rolls back, and writes everything to its place.
  FAST,
  /// Drops everything; the next start recovers from the log, as after a crash.
  IMMEDIATE;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
