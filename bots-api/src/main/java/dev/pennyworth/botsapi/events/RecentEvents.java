package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.accounts.Role;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What happened of late, in a person's words.
public final class RecentEvents {
  private final JdbcDeliveryLog log;

  RecentEvents(JdbcDeliveryLog log) {
    this.log = log;
  }

  /// An event in one sentence.
  ///
  /// @param bot that it is about, if it is about one
  public record Headline(Instant at, String type, String text, Optional<String> bot) {}

  /// The latest events of the team, newest first.
  ///
  /// @param botNames by id
  public List<Headline> of(Caller caller, Map<BotId, String> botNames, int rowsMax) {
    caller.require(Role::readsMoney, "read events");
    return log.events(caller.team(), Optional.empty(), rowsMax).stream()
        .flatMap(event -> headline(event, botNames).stream())
        .toList();
  }

  private static Optional<Headline> headline(StoredEvent event, Map<BotId, String> botNames) {
    var bot = Optional.ofNullable(event.facts().get("bot_id")).map(id -> id.asText());
    var name = bot.flatMap(BotId::parse).flatMap(id -> Optional.ofNullable(botNames.get(id)));
    return EventType.ofWord(event.type())
        .filter(EventMail::isSent)
        .map(type ->
            new Headline(event.at(), event.type(), EventMail.subject(type, event, name), bot));
  }
}
