package dev.pennyworth.botsapi.house;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every package and public type says what it is, and only `Jdbc*` files hold SQL.
final class JavaRules {
  private static final Pattern PUBLIC_TYPE =
      Pattern.compile(
          "^public\\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\\s+)*"
              + "(?:class|interface|record|enum|@interface)\\s+(\\w+)",
          Pattern.MULTILINE);

  private JavaRules() {}

  /// Packages of src/main without a package-info that has a `///` sentence and `@NullMarked`.
  static List<Finding> checkPackages(Collection<TextFile> files) {
    var byFolder =
        files.stream()
            .filter(TextFile::isShippedJava)
            .collect(Collectors.groupingBy(TextFile::folder));
    return byFolder.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(folder -> checkPackage(folder.getKey(), folder.getValue()))
        .toList();
  }

  private static Stream<Finding> checkPackage(String folder, List<TextFile> files) {
    var info = files.stream().filter(file -> file.name().equals("package-info.java")).findFirst();
    if (info.isEmpty()) {
      return Stream.of(
          new Finding(folder + "/package-info.java", 1, "is missing: say what the package is"));
    }
    var findings = new ArrayList<Finding>();
    var text = info.get().text();
    if (!text.startsWith("/// ")
        || !text.lines().takeWhile(l -> l.startsWith("///")).anyMatch(l -> l.contains("."))) {
      findings.add(info.get().finding(1, "has no sentence that says what the package is: ///"));
    }
    if (!JavaText.of(text).code().contains("@NullMarked")) {
      findings.add(info.get().finding(1, "is not @NullMarked"));
    }
    return findings.stream();
  }

  /// Public top-level types of src/main whose lines directly above do not begin with `///`.
  static List<Finding> checkTypes(TextFile file) {
    if (!file.isShippedJava()) {
      return List.of();
    }
    var lines = file.lines();
    return PUBLIC_TYPE
        .matcher(JavaText.of(file.text()).code())
        .results()
        .filter(type -> !isDocumented(lines, TextFile.lineAt(file.text(), type.start())))
        .map(type ->
            file.finding(
                TextFile.lineAt(file.text(), type.start()),
                "has no /// above %s that says what it is".formatted(type.group(1))))
        .toList();
  }

  /// Docs come first, then annotations, then the type, with no empty line between.
  private static boolean isDocumented(List<String> lines, int typeLine) {
    var first = typeLine - 1;
    while (first > 0 && !lines.get(first - 1).isBlank()) {
      first--;
    }
    return lines.get(first).startsWith("/// ");
  }

  /// SQL in classes whose name does not tell of it.
  static List<Finding> checkHoldersOfSql(TextFile file) {
    if (file.name().startsWith("Jdbc") || file.path().startsWith("migrations/")) {
      return List.of();
    }
    return JavaSql.statements(file).stream()
        .map(statement -> statement.finding("is SQL outside a Jdbc* class: move it to one"))
        .toList();
  }
}
