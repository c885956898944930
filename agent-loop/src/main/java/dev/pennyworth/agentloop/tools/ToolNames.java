package dev.pennyworth.agentloop.tools;

import java.util.HashSet;
import java.util.Set;

/// Gives each tool of a bot a name that every provider accepts, and that no other one has.
final class ToolNames {
  private static final int LENGTH_MAX = 64;

  private final Set<String> given = new HashSet<>();

  /// The name itself, as far as a provider accepts it.
  static String clean(String name) {
    var clean = name.replaceAll("[^a-zA-Z0-9_-]", "_");
    return clean.isEmpty() ? "_" : cut(clean, LENGTH_MAX);
  }

  boolean isGiven(String name) {
    return given.contains(clean(name));
  }

  /// A name like the wanted one. It is put behind its server's if that makes it its own, and
  /// counted if even that does not.
  ///
  /// @param isShared whether another tool would have the same: then both show their servers
  String give(String wanted, String server, boolean isShared) {
    var name = clean(wanted);
    if (isShared || given.contains(name)) {
      name = clean(server + "_" + wanted);
    }
    for (int n = 2; given.contains(name); n++) {
      var suffix = "_" + n;
      name = cut(name, LENGTH_MAX - suffix.length()) + suffix;
    }
    given.add(name);
    return name;
  }

  private static String cut(String name, int length) {
    return name.length() <= length ? name : name.substring(0, length);
  }
}
