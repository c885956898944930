package dev.pennyworth.botsapi.workspaces;

import dev.pennyworth.connectors.HttpFailure;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A tool's address: `{name}` in path or query stands for an argument.
record UrlTemplate(String text) {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
  private static final Pattern BRACE = Pattern.compile("[{}]");
  private static final String FIELD = "url";

  /// Scheme, host and port; a backslash would be one more way to write a slash.
  private static final Pattern ORIGIN =
      Pattern.compile("https?://[^/?#\\\\{}]+([/?#][^\\\\]*)?", Pattern.CASE_INSENSITIVE);

  /// @throws HttpFailure 422 if it is none, or an argument could choose the host
  static UrlTemplate read(String text) {
    if (!ORIGIN.matcher(text).matches()) {
      throw HttpFailure.invalidValue(
          FIELD,
          "url must be an http:// or https:// address; {name} may stand in path and query only.",
          "an http or https address");
    }
    if (BRACE.matcher(PLACEHOLDER.matcher(text).replaceAll("")).find()) {
      throw HttpFailure.invalidValue(
          FIELD, "url has a brace without its other one. Write {name} for an argument.");
    }
    return new UrlTemplate(text);
  }

  /// The arguments that it takes.
  List<String> names() {
    return PLACEHOLDER.matcher(text).results().map((MatchResult it) -> it.group(1)).toList();
  }

  /// An address as a call could have it.
  String example() {
    return PLACEHOLDER.matcher(text).replaceAll("x");
  }

  /// @throws HttpFailure 422 if it takes an argument that is not declared
  void requireDeclared(List<String> parameters) {
    names().stream()
        .filter(name -> !parameters.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw HttpFailure.invalidValue(
              FIELD,
              "url names {%s}, which is not among the properties of parameters."
                  .formatted(name.substring(0, Math.min(name.length(), 100))),
              parameters);
        });
  }
}
