package dev.pennyworth.botsapi.events;

import dev.pennyworth.agentloop.SecretText;
import java.util.List;
import java.util.Optional;

/// What an attempt has to bring where.
sealed interface Letter {
  /// A signed request.
  record ToEndpoint(StoredEvent event, String url, SecretText secret) implements Letter {}

  /// An e-mail.
  ///
  /// @param recipients addresses of the team's owners and billing members
  /// @param botName of the bot that the event is about, if it is about one
  record ByMail(
      StoredEvent event, List<String> recipients, String teamName, Optional<String> botName)
      implements Letter {
    public ByMail {
      recipients = List.copyOf(recipients);
    }
  }

  /// Nothing: the endpoint was deleted or disabled meanwhile.
  record Nowhere() implements Letter {}
}
