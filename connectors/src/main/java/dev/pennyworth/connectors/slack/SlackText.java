package dev.pennyworth.connectors.slack;

import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the text of Slack's messages, in which `&`, `<` and `>` are written as entities, and
/// mentions, channels and links stand in angle brackets. Source: docs.slack.dev, formatting message
/// text.
final class SlackText {
  private static final Pattern IN_BRACKETS = Pattern.compile("<([^<>|]*)(?:\\|([^<>]*))?>");
  private static final Pattern PERSON = Pattern.compile("<@([A-Z0-9]+)(?:\\|[^<>]*)?>");

  private SlackText() {}

  /// Whether somebody is mentioned.
  ///
  /// @param user Slack's id of him
  static boolean mentions(String text, String user) {
    return PERSON.matcher(text).results().anyMatch(found -> found.group(1).equals(user));
  }

  /// Whether anybody is mentioned.
  static boolean mentionsAnybody(String text) {
    return PERSON.matcher(text).find();
  }

  /// The text as a person reads it.
  ///
  /// @param self the bot's own user: mentions of it are taken out
  static String plain(String text, Optional<String> self) {
    var readable = IN_BRACKETS.matcher(text).replaceAll(found -> quoted(readable(found, self)));
    return readable.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip();
  }

  private static String quoted(String text) {
    return Matcher.quoteReplacement(text);
  }

  private static String readable(MatchResult found, Optional<String> self) {
    String target = found.group(1);
    String label = Optional.ofNullable(found.group(2)).orElse("");
    if (target.isEmpty()) {
      return found.group();
    }
    return switch (target.charAt(0)) {
      case '@' ->
          self.filter(target.substring(1)::equals).isPresent() ? "" : name('@', target, label);
      case '#' -> name('#', target, label);
      case '!' -> special(target, label);
      default -> link(target, label);
    };
  }

  private static String name(char sign, String target, String label) {
    return sign + (label.isEmpty() ? target.substring(1) : label);
  }

  /// `<!here>`, `<!subteam^S012|@team>`, `<!date^1392734382^{date}|February 18th>`.
  private static String special(String target, String label) {
    if (label.isEmpty()) {
      return "@" + target.substring(1).split("\\^", 2)[0];
    }
    boolean isName = !target.startsWith("!date") && !label.startsWith("@");
    return isName ? "@" + label : label;
  }

  private static String link(String target, String label) {
    String address = target.startsWith("mailto:") ? target.substring("mailto:".length()) : target;
    boolean isShown = label.isEmpty() || address.endsWith(label) || address.equals(label + "/");
    return isShown ? address : "%s (%s)".formatted(label, address);
  }
}
