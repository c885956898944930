package dev.pennyworth.botsapi.house;

/// A place that breaks a rule, with what is wrong and what to do.
///
/// @param line counted from 1
record Finding(String path, int line, String message) {
  @Override
  public String toString() {
    return path + ":" + line + " " + message;
  }
}
