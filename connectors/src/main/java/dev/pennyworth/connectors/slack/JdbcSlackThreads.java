package dev.pennyworth.connectors.slack;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import org.jdbi.v3.core.Jdbi;

/// Knows in which threads bots are talking with whom.
public final class JdbcSlackThreads {
  private final Jdbi jdbi;

  public JdbcSlackThreads(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Whether an end user has a conversation with the bot there. Reads one row by its key.
  ///
  /// @param channelId of the thread, as conversations name it
  boolean isTalking(TeamId team, BotId bot, String channelId, String endUser) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (
                  SELECT 1
                  FROM conversation
                  WHERE team_id = :team AND bot_id = :bot AND platform = 'slack'
                    AND channel_id = :channel AND end_user_id = :end_user
                    AND ended_at IS NULL)
                """)
            .bind("team", team.uuid())
            .bind("bot", bot.uuid())
            .bind("channel", channelId)
            .bind("end_user", endUser)
            .mapTo(Boolean.class)
            .one());
  }
}
