package dev.pennyworth.botsapi.house;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every link in the tree leads somewhere.
final class MarkdownRules {
  private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");
  private static final Pattern CODE = Pattern.compile("(`+).+?\\1");
  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)(?:\\s+#+)?\\s*");
  private static final Pattern LINK =
      Pattern.compile("\\]\\(<?([^)\\s>]+)|^\\[[^\\]]+\\]:\\s*(\\S+)");
  private static final Pattern LINKED_TEXT = Pattern.compile("!?\\[([^\\]]*)\\]\\([^)]*\\)");
  private static final Pattern ELSEWHERE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Pattern LINE = Pattern.compile("L\\d+(-L?\\d+)?");

  private MarkdownRules() {}

  static List<Finding> check(Collection<TextFile> files) {
    var anchors =
        files.stream()
            .filter(file -> file.endsWith(".md"))
            .collect(Collectors.toMap(TextFile::path, MarkdownRules::anchors));
    var paths = paths(files);
    return files.stream()
        .filter(file -> file.endsWith(".md"))
        .flatMap(file -> check(file, paths, anchors))
        .toList();
  }

  /// The anchors that GitHub makes of a file's headings.
  static Set<String> anchors(TextFile file) {
    var seen = new HashMap<String, Integer>();
    var anchors = new HashSet<String>();
    for (var line : prose(file)) {
      var heading = HEADING.matcher(line);
      if (heading.matches()) {
        var slug = slug(heading.group(1));
        var times = seen.merge(slug, 1, Integer::sum);
        anchors.add(times == 1 ? slug : slug + "-" + (times - 1));
      }
    }
    return Set.copyOf(anchors);
  }

  private static String slug(String heading) {
    return LINKED_TEXT
        .matcher(heading)
        .replaceAll("$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{M}\\p{N}_ -]", "")
        .replace(' ', '-');
  }

  /// Every file and every folder above one.
  private static Set<String> paths(Collection<TextFile> files) {
    return files.stream()
        .flatMap(
            file -> Stream.iterate(Path.of(file.path()), path -> path != null, Path::getParent))
        .map(path -> path.toString().replace('\\', '/'))
        .collect(Collectors.toSet());
  }

  private static Stream<Finding> check(
      TextFile file, Set<String> paths, Map<String, Set<String>> anchors) {
    var findings = new ArrayList<Finding>();
    var lines = prose(file);
    for (var i = 0; i < lines.size(); i++) {
      var line = i + 1;
      LINK.matcher(CODE.matcher(lines.get(i)).replaceAll("``"))
          .results()
          .map(MarkdownRules::target)
          .filter(target -> !ELSEWHERE.matcher(target).matches())
          .flatMap(target -> complaint(file, target, paths, anchors))
          .forEach(complaint -> findings.add(file.finding(line, complaint)));
    }
    return findings.stream();
  }

  private static String target(MatchResult link) {
    return link.group(1) == null ? link.group(2) : link.group(1);
  }

  private static Stream<String> complaint(
      TextFile file, String target, Set<String> paths, Map<String, Set<String>> anchors) {
    var hash = target.indexOf('#');
    var path = hash < 0 ? target : target.substring(0, hash);
    var anchor = hash < 0 ? "" : target.substring(hash + 1);
    if (LINE.matcher(anchor).matches()) {
      return Stream.of("links to a line, which moves: link to the file, name the class or method");
    }
    var resolved = path.isEmpty() ? file.path() : resolve(file, path);
    if (!resolved.isEmpty() && !paths.contains(resolved)) {
      return Stream.of("links to " + target + ", which is not there: mend or remove the link");
    }
    if (!anchor.isEmpty() && !anchors.getOrDefault(resolved, Set.of()).contains(anchor)) {
      return Stream.of("links to " + target + ", but no heading there has that anchor");
    }
    return Stream.empty();
  }

  private static String resolve(TextFile file, String path) {
    return Path.of(file.folder()).resolve(path).normalize().toString().replace('\\', '/');
  }

  /// The lines, with those of code blocks emptied.
  private static List<String> prose(TextFile file) {
    var lines = new ArrayList<String>();
    var isInFence = false;
    for (var line : file.lines()) {
      var isFence = FENCE.matcher(line).matches();
      lines.add(isInFence || isFence ? "" : line);
      isInFence ^= isFence;
    }
    return lines;
  }
}
