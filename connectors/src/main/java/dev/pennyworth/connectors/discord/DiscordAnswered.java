package dev.pennyworth.connectors.discord;

import dev.pennyworth.agentloop.SecretText;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an answer is an answer to, as a turn remembers it.
sealed interface DiscordAnswered {
  /// Ids of Discord are decimals today. Nothing hangs on that but a place in an address.
  Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /// A message in a server: the answer refers to it.
  record ToMessage(String id) implements DiscordAnswered {}

  /// A command: the answer goes where Discord shows that the bot is thinking.
  ///
  /// @param askedAt when it came, in milliseconds
  record ByInteraction(String application, Instant askedAt, SecretText token)
      implements DiscordAnswered {
    /// So long does Discord take answers by the token.
    private static final Duration VALID = Duration.ofMinutes(15);

    /// So that no answer comes a moment too late.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    boolean isValid(Instant now) {
      return now.isBefore(askedAt().plus(VALID).minus(MARGIN));
    }
  }

  /// How a turn remembers it.
  default String text() {
    return switch (this) {
      case ToMessage(var id) -> "message/" + id;
      case ByInteraction(var application, var askedAt, var token) ->
          "command/%s/%d/%s".formatted(application, askedAt.toEpochMilli(), token.reveal());
    };
  }

  /// @param text as [#text] gave it
  static Optional<DiscordAnswered> of(String text) {
    var words = text.split("/", 4);
    return switch (words[0]) {
      case "message" -> Optional.of(new ToMessage(words[1]));
      case "command" ->
          Optional.of(
              new ByInteraction(
                  words[1],
                  Instant.ofEpochMilli(Long.parseLong(words[2])),
                  new SecretText(words[3])));
      default -> Optional.empty();
    };
  }
}
