package dev.pennyworth.connectors.discord;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/// Knows in which channels, threads and direct messages bots are talking.
final class JdbcDiscordChannels {
  private final Jdbi jdbi;

  JdbcDiscordChannels(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Where a bot was talked to lately, the latest first.
  List<String> latest(TeamId team, BotId bot, Instant since, int channelsMax) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT channel_id
                FROM conversation
                WHERE team_id = :team AND bot_id = :bot AND platform = 'discord'
                  AND last_message_at > :since
                GROUP BY channel_id
                ORDER BY max(last_message_at) DESC, channel_id
                LIMIT :channels
                """)
            .bind("team", team.uuid())
            .bind("bot", bot.uuid())
            .bind("since", since)
            .bind("channels", channelsMax)
            .mapTo(String.class)
            .list());
  }
}
