package dev.pennyworth.botsapi.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Words that may not stand in the tree, or not here. The patterns are written so that none of them
/// finds itself.
final class WordRules {
  private static final List<Ban> BANS =
      List.of(
          ban(
              "(?<![\\w.~}$*:-])/(?:root|home|Users)/|(?i:\\b[a-z]:\\\\Users\\b)",
              _ -> true,
              "names a home folder: use a relative path or a variable"),
          ban(
              "@(?:Disabled|Ignore)\\b",
              TextFile::isJava,
              "switches a test off: mend it, or remove it and say why"),
          ban("\\bMo[c]kito", TextFile::isJava, "mocks: write a Testing… double by hand"),
          ban(
              "\\bThread\\s*\\.\\s*sleep\\b|\\bTimeUnit\\.\\w+\\.sleep\\b",
              file -> file.isJava() && file.isTest(),
              "sleeps in a test: wait for what must happen, with a limit"),
          ban(
              "\\b(?:TO[D]O|FIX[M]E|X[X]X)\\b",
              file -> !file.name().startsWith("mvnw"),
              "leaves something undone: do it, or open an issue"));

  private static final Pattern FLOATING =
      Pattern.compile("\\b(?:double|float|Double|Float|BigDecimal)\\b");

  private record Ban(Pattern pattern, Predicate<TextFile> isHere, String message) {}

  private WordRules() {}

  static List<Finding> check(TextFile file) {
    return BANS.stream()
        .filter(ban -> ban.isHere.test(file))
        .flatMap(ban -> find(file, file.text(), ban.pattern, ban.message))
        .toList();
  }

  /// Where this very folder, or another of this machine, is named. A folder right below the root is
  /// too common a word to be looked for.
  static List<Finding> checkPaths(TextFile file, List<Path> foldersOfThisMachine) {
    return foldersOfThisMachine.stream()
        .filter(folder -> folder.getNameCount() > 1)
        .map(folder -> Pattern.compile("(?<![\\w.~}$*:-])" + Pattern.quote(folder.toString())))
        .flatMap(pattern -> find(file, file.text(), pattern, "names a folder of this machine"))
        .toList();
  }

  /// Floating point in billing's own code; its comments may talk of it.
  static List<Finding> checkFloating(TextFile file) {
    if (!file.isJava() || !file.path().startsWith("billing/src/main/")) {
      return List.of();
    }
    var code = JavaText.of(file.text()).code();
    return find(file, code, FLOATING, "counts money in floating point: use NanoUsd").toList();
  }

  private static Stream<Finding> find(TextFile file, String text, Pattern pattern, String message) {
    var findings = new ArrayList<Finding>();
    var matcher = pattern.matcher(text);
    while (matcher.find()) {
      findings.add(file.finding(TextFile.lineAt(text, matcher.start()), message));
    }
    return findings.stream();
  }

  private static Ban ban(String pattern, Predicate<TextFile> isHere, String message) {
    return new Ban(Pattern.compile(pattern), isHere, message);
  }
}
