package dev.pennyworth.botsapi.workspaces;

import java.util.Map;
import java.util.TreeMap;

/// The headers of a tool or server, as the database keeps them and as reads show them.
///
/// @param byName no two names differ in case only
record SealedHeaders(TreeMap<String, Header> byName) {
  static final String HIDDEN = "***";

  /// A header.
  ///
  /// @param sealed its value, sealed, in Base64
  record Header(String sealed, String fingerprint) {}

  static SealedHeaders none() {
    return new SealedHeaders(new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
  }

  /// What reads show: that they are there.
  Map<String, String> hidden() {
    var hidden = new TreeMap<String, String>();
    byName.forEach((name, _) -> hidden.put(name, HIDDEN));
    return hidden;
  }

  /// By name: tells values apart, and reveals none.
  Map<String, String> fingerprints() {
    var fingerprints = new TreeMap<String, String>();
    byName.forEach((name, header) -> fingerprints.put(name, header.fingerprint()));
    return fingerprints;
  }
}
