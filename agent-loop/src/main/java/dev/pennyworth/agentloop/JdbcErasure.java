package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Forgets a person: what he said to a bot, what it answered, and who he was. What it cost stays,
/// with nothing in it that leads back to him.
public final class JdbcErasure {
  private final Jdbi jdbi;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  JdbcErasure(Jdbi jdbi, InstantSource clock, Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.ids = ids;
  }

  /// Erases an end user of a bot, on all its channels. Safe to repeat. The locks are taken in the
  /// order in which a message is accepted.
  ///
  /// @return how many conversations were erased; empty if a turn waits, runs or is parked, whose
  ///   reply would quote what is to be forgotten
  public OptionalInt erase(TeamId team, BotId bot, String endUser) {
    return jdbi.inTransaction(tx -> {
      forgetRates(tx, team, bot, endUser);
      var conversations = lockConversations(tx, team, bot, endUser);
      if (isBusy(tx, team, bot, endUser)) {
        tx.rollback();
        return OptionalInt.empty();
      }
      for (var conversation : conversations) {
        blankMessages(tx, team, conversation);
        blankSteps(tx, team, conversation);
        forgetSummary(tx, team, conversation);
        blankSupplied(tx, team, conversation);
        anonymise(tx, team, conversation, clock.instant());
      }
      forgetNotes(tx, team, bot, endUser);
      forgetDays(tx, team, bot, endUser);
      return OptionalInt.of(conversations.size());
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

  private static boolean isBusy(Handle tx, TeamId team, BotId bot, String endUser) {
    return tx.createQuery(
            """
            SELECT 1
            FROM conversation c
            LEFT JOIN turn t ON t.team_id = :team AND t.conversation_id = c.conversation_id
              AND t.status = 'parked'
            WHERE c.team_id = :team AND c.bot_id = :bot AND c.end_user_id = :end_user
              AND (c.pending > 0 OR t.turn_id IS NOT NULL)
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  /// A row stays for each message: its turn, and what that cost, is not forgotten.
  private static void blankMessages(Handle tx, TeamId team, UUID conversation) {
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

  private static void forgetSummary(Handle tx, TeamId team, UUID conversation) {
    tx.createUpdate(
            """
            DELETE FROM conversation_summary
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

  /// What a caller told of what was said before.
  private static void blankSupplied(Handle tx, TeamId team, UUID conversation) {
    tx.createUpdate(
            """
            UPDATE turn
            SET supplied = '{}'::jsonb
            WHERE team_id = :team AND conversation_id = :conversation AND supplied IS NOT NULL
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

  private static void forgetNotes(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            DELETE FROM conversation_note
            WHERE team_id = :team AND bot_id = :bot AND end_user_id = :end_user
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .execute();
  }

  /// The day still counts him among its users, under a name that is its own.
  private void forgetDays(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            UPDATE daily_user
            SET end_user_id = 'erased/' || md5(end_user_id || :salt)
            WHERE team_id = :team AND bot_id = :bot
              AND end_user_id IN (
                'custom/' || :end_user, 'test/' || :end_user, 'openai/' || :end_user)
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("salt", ids.get().toString())
        .bind("end_user", endUser)
        .execute();
  }

  private static void forgetRates(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            DELETE FROM rate
            WHERE team_id = :team AND subject = ANY(:subjects)
            """)
        .bind("team", team.uuid())
        .bindArray(
            "subjects",
            String.class,
            "bot/" + bot + "/custom/end_user/" + endUser,
            "bot/" + bot + "/openai/end_user/" + endUser)
        .execute();
  }
}
