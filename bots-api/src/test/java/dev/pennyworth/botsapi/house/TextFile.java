package dev.pennyworth.botsapi.house;

import java.util.List;
import java.util.stream.Stream;

/// A file of the tree.
///
/// @param path from the root, with `/`
record TextFile(String path, String text) {
  List<String> lines() {
    return text.lines().toList();
  }

  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// From the root, without a slash at its end; empty for the root.
  String folder() {
    var slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  boolean endsWith(String... endings) {
    return Stream.of(endings).anyMatch(path::endsWith);
  }

  boolean isJava() {
    return path.endsWith(".java");
  }

  boolean isShippedJava() {
    return isJava() && path.contains("src/main/java/");
  }

  boolean isTest() {
    return path.contains("src/test/");
  }

  boolean isMigration() {
    return path.contains("src/main/resources/db/migration/") && path.endsWith(".sql");
  }

  Finding finding(int line, String message) {
    return new Finding(path, line, message);
  }

  /// The line of a place in a text, counted from 1.
  static int lineAt(String text, int offset) {
    return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
  }
}
