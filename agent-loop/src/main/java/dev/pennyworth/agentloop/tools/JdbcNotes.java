package dev.pennyworth.agentloop.tools;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TypedIds;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// What bots noted of the people who write to them.
public final class JdbcNotes {
  /// A person's oldest note goes when there is one more than this.
  static final int NOTES_MAX = 50;

  private final Jdbi jdbi;
  private final InstantSource clock;

  public JdbcNotes(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Adds a note. Safe to repeat with the same key. Two at the same moment may leave one too many,
  /// until the next.
  void add(TeamId team, BotId bot, String endUser, String idempotencyKey, String text) {
    jdbi.useTransaction(tx -> {
      insert(tx, team, bot, endUser, idempotencyKey, text);
      drop(tx, team, bot, endUser);
    });
  }

  private void insert(
      Handle tx, TeamId team, BotId bot, String endUser, String idempotencyKey, String text) {
    tx.createUpdate(
            """
            INSERT INTO conversation_note
              (team_id, bot_id, end_user_id, note_id, text, created_at)
            VALUES
              (:team, :bot, :end_user, :note, :text, :now)
            ON CONFLICT (team_id, bot_id, end_user_id, note_id) DO NOTHING
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .bind("note", TypedIds.of("note", idempotencyKey))
        .bind("text", text)
        .bind("now", clock.instant())
        .execute();
  }

  private static void drop(Handle tx, TeamId team, BotId bot, String endUser) {
    tx.createUpdate(
            """
            DELETE FROM conversation_note
            WHERE team_id = :team AND bot_id = :bot AND end_user_id = :end_user
              AND note_id NOT IN (
                SELECT note_id
                FROM conversation_note
                WHERE team_id = :team AND bot_id = :bot AND end_user_id = :end_user
                ORDER BY created_at DESC, note_id DESC
                LIMIT :notes_max)
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", endUser)
        .bind("notes_max", NOTES_MAX)
        .execute();
  }

  /// A person's latest notes, oldest first.
  List<String> latest(TeamId team, BotId bot, String endUser) {
    return jdbi.withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT text
                    FROM conversation_note
                    WHERE team_id = :team AND bot_id = :bot AND end_user_id = :end_user
                    ORDER BY created_at DESC, note_id DESC
                    LIMIT :notes_max
                    """)
                .bind("team", team.uuid())
                .bind("bot", bot.uuid())
                .bind("end_user", endUser)
                .bind("notes_max", NOTES_MAX)
                .mapTo(String.class)
                .list())
        .reversed();
  }
}
