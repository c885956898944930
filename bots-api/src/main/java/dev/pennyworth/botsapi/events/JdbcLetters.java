package dev.pennyworth.botsapi.events;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.connectors.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Reads what an attempt has to bring where, as it stands at that moment.
final class JdbcLetters {
  private final Jdbi jdbi;
  private final JdbcWebhookEndpoints endpoints;
  private final Json json;

  JdbcLetters(Jdbi jdbi, JdbcWebhookEndpoints endpoints, Json json) {
    this.jdbi = jdbi;
    this.endpoints = endpoints;
    this.json = json;
  }

  Letter read(Claim claim) {
    return jdbi.withHandle(handle -> {
      var event = event(handle, claim);
      return claim
          .endpoint()
          .map(endpoint -> toEndpoint(handle, claim.team(), endpoint, event))
          .orElseGet(() -> byMail(handle, claim.team(), event));
    });
  }

  private StoredEvent event(Handle handle, Claim claim) {
    return handle
        .createQuery(
            """
            SELECT event_id, type, data, created_at
            FROM event
            WHERE team_id = :team AND event_id = :event
            """)
        .bind("team", claim.team().uuid())
        .bind("event", claim.event().uuid())
        .map((row, _) -> event(json, row))
        .one();
  }

  /// Reads the columns `event_id`, `type`, `data` and `created_at`.
  static StoredEvent event(Json json, ResultSet row) throws SQLException {
    try {
      return new StoredEvent(
          new EventId(row.getObject("event_id", UUID.class)),
          row.getString("type"),
          json.read(row.getString("data").getBytes(StandardCharsets.UTF_8)),
          row.getTimestamp("created_at").toInstant());
    } catch (IOException e) {
      throw new IllegalStateException("the database holds JSON that is none", e);
    }
  }

  private Letter toEndpoint(Handle handle, TeamId team, EndpointId endpoint, StoredEvent event) {
    return handle
        .createQuery(
            """
            SELECT url, sealed_secret
            FROM webhook_endpoint
            WHERE team_id = :team AND endpoint_id = :endpoint AND disabled_at IS NULL
            """)
        .bind("team", team.uuid())
        .bind("endpoint", endpoint.uuid())
        .<Letter>map((row, _) ->
            new Letter.ToEndpoint(
                event,
                row.getString("url"),
                endpoints.open(team, endpoint, row.getBytes("sealed_secret"))))
        .findOne()
        .orElseGet(Letter.Nowhere::new);
  }

  private static Letter byMail(Handle handle, TeamId team, StoredEvent event) {
    var bot = BotId.parse(event.facts().path("bot_id").asText());
    return new Letter.ByMail(
        event,
        recipients(handle, team),
        teamName(handle, team),
        bot.flatMap(it -> botName(handle, team, it)));
  }

  private static List<String> recipients(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT u.email
            FROM team_member m
            JOIN app_user u ON u.user_id = m.user_id
            WHERE m.team_id = :team AND m.role IN ('owner', 'billing')
            ORDER BY m.created_at, m.user_id
            """)
        .bind("team", team.uuid())
        .mapTo(String.class)
        .list();
  }

  private static String teamName(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT name
            FROM team
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .mapTo(String.class)
        .one();
  }

  private static Optional<String> botName(Handle handle, TeamId team, BotId bot) {
    return handle
        .createQuery(
            """
            SELECT settings ->> 'name'
            FROM bot
            WHERE team_id = :team AND bot_id = :bot
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .mapTo(String.class)
        .findOne();
  }
}
