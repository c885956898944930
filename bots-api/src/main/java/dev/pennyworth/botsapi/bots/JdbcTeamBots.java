package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import org.jdbi.v3.core.Jdbi;

/// Whose a bot is or was: a deleted bot's ledger stays.
public final class JdbcTeamBots {
  private final Jdbi jdbi;

  JdbcTeamBots(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Whether the team has this bot or had it before it was deleted.
  public boolean hasOrHad(TeamId team, BotId bot) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT EXISTS (SELECT FROM bot WHERE team_id = :team AND bot_id = :bot)
                """)
            .bind("team", team.uuid())
            .bind("bot", bot.uuid())
            .mapTo(Boolean.class)
            .one());
  }
}
