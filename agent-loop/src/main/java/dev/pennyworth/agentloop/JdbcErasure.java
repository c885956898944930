package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Forgets a person: what he said to a bot, what it answered, and who he was. What it cost stays,
/// with nothing in it that leads back to him.
public final class JdbcErasure {
  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcErasure(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Erases an end user of a bot, on all its channels. Turns that still wait or run lose their
  /// text, too. Safe to repeat.
  ///
  /// @return how many conversations were erased
  public int erase(TeamId team, BotId bot, String endUser) {
    return jdbi.inTransaction(tx -> {
      var conversations = lockConversations(tx, team, bot, endUser);
      for (var conversation : conversations) {
        deleteMessages(tx, team, conversation);
        blankSteps(tx, team, conversation);
        anonymise(tx, team, conversation, clock.instant());
      }
      forgetDays(tx, team, bot, endUser);
      forgetRates(tx, team, bot, endUser);
      return conversations.size();
    });
  }

  private static List<UUID> lockConversations(Handle tx, TeamId team, BotId bot, String endUser) {
    return tx.createQuery(
            """
            SELECT conversation_id
            FROM conversation
            WHERE team_id = :team AND bot_id = :bot AND end_user_id = :end_user
            ORDER BY conversation_id
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .mapTo(UUID.class)
        .list();
  }

  /// A row stays for each message, so that a waiting turn still finds its place in the queue.
  private static void deleteMessages(Handle tx, TeamId team, UUID conversation) {
    tx.createUpdate(
            """
            UPDATE message
            SET text = ''
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation)
        .execute();
  }

  private static void blankSteps(Handle tx, TeamId team, UUID conversation) {
    tx.createUpdate(
            """
            UPDATE step
            SET output = CASE WHEN output IS NULL THEN NULL ELSE '{}'::jsonb END,
              tool_arguments = CASE WHEN tool_arguments IS NULL THEN NULL ELSE '' END
            WHERE team_id = :team AND turn_id IN (
              SELECT turn_id
              FROM turn
              WHERE team_id = :team AND conversation_id = :conversation)
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation)
        .execute();
  }

  private static void anonymise(Handle tx, TeamId team, UUID conversation, Instant now) {
    tx.createUpdate(
            """
            UPDATE conversation
            SET end_user_id = 'erased', channel_id = 'erased', end_user_name = NULL,
              ended_at = CASE WHEN ended_at IS NULL THEN :now ELSE ended_at END
            WHERE team_id = :team AND conversation_id = :conversation
            """)
        .bind("team", team.uuid())
        .bind("conversation", conversation)
        .bind("now", now)
        .execute();
  }

  /// The day still counts him among its users, under a name that is its own.
  private static void forgetDays(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            UPDATE daily_user
            SET end_user_id = 'erased/' || gen_random_uuid()
            WHERE team_id = :team AND bot_id = :bot
              AND end_user_id IN ('custom/' || :end_user, 'test/' || :end_user)
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .execute();
  }

  private static void forgetRates(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            DELETE FROM rate
            WHERE team_id = :team AND subject = :subject
            """)
        .bind("team", team.uuid())
        .bind("subject", "bot/" + bot + "/custom/end_user/" + endUser)
        .execute();
  }
}
