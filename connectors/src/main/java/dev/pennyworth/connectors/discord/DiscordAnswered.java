package dev.pennyworth.connectors.discord;

import dev.pennyworth.agentloop.SecretText;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an answer is an answer to, as a turn remembers it.
sealed interface DiscordAnswered {
  /// Ids of Discord: numbers of 64 bits, written in decimals.
  Pattern ID = Pattern.compile("\\d{1,20}");

  /// A message in a server: the answer refers to it.
  record ToMessage(String id) implements DiscordAnswered {}

  /// A command: the answer goes where Discord shows that the bot is thinking.
  record ByInteraction(String application, String id, SecretText token) implements DiscordAnswered {
    /// So long does Discord take answers by the token.
    private static final Duration VALID = Duration.ofMinutes(15);

    /// So that no answer comes a moment too late.
    private static final Duration MARGIN = Duration.ofSeconds(30);

    /// An id tells when it was made.
    Instant askedAt() {
      return new DiscordSnowflake(Long.parseUnsignedLong(id)).time();
    }

    boolean isValid(Instant now) {
      return now.isBefore(askedAt().plus(VALID).minus(MARGIN));
    }
  }

  /// How a turn remembers it.
  default String text() {
    return switch (this) {
      case ToMessage(var id) -> "message/" + id;
      case ByInteraction(var application, var id, var token) ->
          "interaction/%s/%s/%s".formatted(application, id, token.reveal());
    };
  }

  /// @param text as [#text] gave it
  static Optional<DiscordAnswered> of(String text) {
    var words = text.split("/", 4);
    return switch (words[0]) {
      case "message" -> Optional.of(new ToMessage(words[1]));
      case "interaction" ->
          Optional.of(new ByInteraction(words[1], words[2], new SecretText(words[3])));
      default -> Optional.empty();
    };
  }
}
