package dev.pennyworth.botsapi.accounts;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.TeamId;
import java.util.Optional;
import java.util.regex.Pattern;

/// An API key as its holder has it: `pwk_<team>_<secret>`. The team is in it, so that a key is
/// looked up among its team's rows.
record ApiKeyText(TeamId team, SecretText secret) {
  private static final Pattern SHAPE = Pattern.compile("pwk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})");
  private static final int HINT_LENGTH = 4;

  /// Reads a key; empty if the text is not one.
  static Optional<ApiKeyText> parse(String text) {
    var matcher = SHAPE.matcher(text);
    return matcher.matches()
        ? TeamId.parse("team_" + matcher.group(1))
            .map(team -> new ApiKeyText(team, new SecretText(matcher.group(2))))
        : Optional.empty();
  }

  /// The whole key, to be shown once.
  SecretText whole() {
    var team = team().toString().substring("team_".length());
    return new SecretText("pwk_" + team + "_" + secret.reveal());
  }

  /// The last four characters, to tell keys apart.
  String hint() {
    var text = secret.reveal();
    return text.substring(text.length() - HINT_LENGTH);
  }
}
