package dev.pennyworth.botsapi;

import java.net.URI;
import java.util.Optional;

/// What the operator reads when Pennyworth is up. The one text that shows secrets, and only to the
/// terminal: it is never logged.
final class Greeting {
  private Greeting() {}

  static String text(URI address, Optional<FirstRun.Made> made) {
    return "%nPennyworth is up at %s%n%s"
        .formatted(address, made.map(m -> first(address, m)).orElse(""));
  }

  private static String first(URI address, FirstRun.Made made) {
    return """

      Dashboard  %s/dashboard
      Sign in    %s
      Password   %s
      API key    %s   (shown this once)
    %s
    """
        .formatted(
            address,
            made.email(),
            made.password()
                .map(password -> password.reveal() + "   (shown this once)")
                .orElse("the one in PENNYWORTH_OWNER_PASSWORD"),
            made.apiKey().reveal(),
            tryIt(address, made));
  }

  private static String tryIt(URI address, FirstRun.Made made) {
    return made.bot()
        .map(bot ->
            """

            Talk to Penny, your first bot:

              curl -s %s/api/bots/%s/test -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{"message":"Hello! What does this cost me?"}'
            """
                .formatted(address, bot, made.apiKey().reveal()))
        .orElseGet(() ->
            """

            See your API keys:

              curl -s %s/api/keys -H 'Authorization: Bearer %s'
            """
                .formatted(address, made.apiKey().reveal()));
  }
}
