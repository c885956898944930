package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Files are where a newcomer looks for them, and fit in the head.
final class LayoutRules {
  static final List<String> MODULES =
      List.of("migrations", "billing", "agent-loop", "connectors", "bots-api");

  static final String SCHEMA = "migrations/schema.sql";

  private static final int LINES_MAX = 400;
  private static final int README_LINES_MAX = 40;

  private static final String[] SOURCES = {
    ".java", ".sql", ".md", ".sh", ".jte", ".html", ".css", ".js", ".yml", "pennyworth", ".ci/run"
  };

  private static final List<String> DECISION_HEADINGS =
      List.of("Context", "Decision", "Consequences");

  private LayoutRules() {}

  /// The sum of all migrations is one file however long it gets.
  static List<Finding> checkLength(TextFile file) {
    var lines = file.lines().size();
    return lines <= LINES_MAX || !file.endsWith(SOURCES) || file.path().equals(SCHEMA)
        ? List.of()
        : List.of(file.finding(lines, "has more than " + LINES_MAX + " lines: split it"));
  }

  static List<Finding> checkReadmes(Collection<TextFile> files) {
    return MODULES.stream()
        .map(module -> module + "/README.md")
        .flatMap(path -> checkReadme(path, find(files, path)))
        .toList();
  }

  private static Stream<Finding> checkReadme(String path, Optional<TextFile> readme) {
    if (readme.isEmpty()) {
      return Stream.of(
          new Finding(path, 1, "is missing: say what the module is and where to begin"));
    }
    var lines = readme.get().lines().size();
    return lines <= README_LINES_MAX
        ? Stream.empty()
        : Stream.of(new Finding(path, lines, "has more than " + README_LINES_MAX + " lines"));
  }

  static List<Finding> checkSchema(Collection<TextFile> files) {
    return find(files, SCHEMA).isPresent()
        ? List.of()
        : List.of(new Finding(SCHEMA, 1, "is missing: it is the sum of all migrations"));
  }

  /// A decision has a title and says why, what, and what follows.
  static List<Finding> checkDecision(TextFile file) {
    if (!file.path().startsWith("docs/decisions/") || !file.endsWith(".md")) {
      return List.of();
    }
    var findings = new ArrayList<Finding>();
    var lines = file.lines();
    if (lines.isEmpty() || !lines.getFirst().startsWith("# ")) {
      findings.add(file.finding(1, "has no title: begin with #"));
    }
    for (var heading : DECISION_HEADINGS) {
      if (!lines.contains("## " + heading)) {
        findings.add(file.finding(1, "has no heading ## " + heading));
      }
    }
    return findings;
  }

  private static Optional<TextFile> find(Collection<TextFile> files, String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }
}
