package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.SecretText;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// Environment variables as typed values. Collects every problem instead of stopping at the first,
/// and every name that it was asked for: any other name with our prefix is a problem too.
///
/// A variable that is blank counts as not set. Messages never show a value: it may be a secret.
final class Environment {
  private static final String PREFIX = "PENNYWORTH_";

  private final Map<String, String> variables;
  private final Set<String> known = new TreeSet<>();
  private final List<String> problems = new ArrayList<>();

  Environment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  Optional<String> text(String name) {
    known.add(name);
    return Optional.ofNullable(variables.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  Optional<SecretText> secret(String name) {
    return text(name).map(SecretText::new);
  }

  /// A value that `parse` takes.
  <T> Optional<T> parsed(String name, Function<String, Optional<T>> parse, String allowed) {
    var text = text(name);
    var value = text.flatMap(parse);
    if (text.isPresent() && value.isEmpty()) {
      problems.add("%s must be %s.".formatted(name, allowed));
    }
    return value;
  }

  Optional<String> matching(String name, String pattern, String allowed) {
    return parsed(name, text -> Optional.of(text).filter(t -> t.matches(pattern)), allowed);
  }

  Optional<Integer> integer(String name, int min, int max) {
    return parsed(
        name,
        text ->
            Optional.of(text)
                .filter(t -> t.matches("\\d{1,9}"))
                .map(Integer::valueOf)
                .filter(number -> number >= min && number <= max),
        "a whole number from %d to %d".formatted(min, max));
  }

  String choice(String name, String fallback, List<String> words) {
    return parsed(
            name, text -> Optional.of(text).filter(words::contains), String.join(" or ", words))
        .orElse(fallback);
  }

  Optional<Path> path(String name) {
    return parsed(name, Environment::absolutePath, "the path of a folder");
  }

  /// An absolute http or https URL, without a slash at its end.
  Optional<URI> url(String name) {
    return parsed(
        name,
        Environment::httpUrl,
        "an http:// or https:// URL with a host and without query, fragment or user name");
  }

  /// @throws StartRefused if anything was wrong
  void refuseProblems() {
    variables.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
        .sorted()
        .map(this::unknown)
        .forEach(problems::add);
    if (!problems.isEmpty()) {
      throw new StartRefused(
          "The configuration has %s:%n  - %s"
              .formatted(
                  problems.size() == 1 ? "a problem" : problems.size() + " problems",
                  String.join(System.lineSeparator() + "  - ", problems)));
    }
  }

  private String unknown(String name) {
    var ours = known.stream().filter(k -> k.startsWith(PREFIX)).toList();
    return "%s is not known. Did you mean %s?".formatted(name, NearestName.of(name, ours));
  }

  private static Optional<Path> absolutePath(String text) {
    try {
      return Optional.of(Path.of(text).toAbsolutePath().normalize());
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private static Optional<URI> httpUrl(String text) {
    try {
      var url = new URI(text.replaceAll("/+$", ""));
      boolean fits =
          ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
              && url.getHost() != null
              && url.getUserInfo() == null
              && url.getQuery() == null
              && url.getFragment() == null;
      return fits ? Optional.of(url) : Optional.empty();
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }
}
