package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.billing.TurnId;
import dev.pennyworth.connectors.DeliveryReport.Status;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Notes in the outbox what platforms tell of replies afterwards. Safe to repeat, in any order: a
/// reply that was read is not merely delivered again, and one that failed stays so.
public final class JdbcDeliveryReports {
  private final Jdbi jdbi;
  private final JdbcDeadLetters deadLetters;
  private final InstantSource clock;

  public JdbcDeliveryReports(Jdbi jdbi, JdbcDeadLetters deadLetters, InstantSource clock) {
    this.jdbi = jdbi;
    this.deadLetters = deadLetters;
    this.clock = clock;
  }

  /// Notes a report. One of a message that is not this bot's changes nothing.
  public void note(TeamId team, BotId bot, String platform, DeliveryReport report) {
    jdbi.useTransaction(tx ->
        report
            .turn()
            .or(() -> turn(tx, team, bot, report))
            .ifPresent(turn -> note(tx, team, bot, platform, turn, report)));
  }

  /// Among the end user's own replies, of which there are few.
  private static Optional<TurnId> turn(Handle tx, TeamId team, BotId bot, DeliveryReport report) {
    return tx.createQuery(
            """
            SELECT o.turn_id
            FROM conversation c
            JOIN outbox o ON o.team_id = :team AND o.conversation_id = c.conversation_id
            WHERE c.team_id = :team AND c.bot_id = :bot AND c.end_user_id = :end_user
              AND :message = ANY (o.platform_message_ids)
            ORDER BY o.created_at DESC
            LIMIT 1
            """)
        .bind("team", team.uuid())
        .bind("bot", bot.uuid())
        .bind("end_user", report.endUserId())
        .bind("message", report.messageId())
        .mapTo(UUID.class)
        .findOne()
        .map(TurnId::new);
  }

  /// A reply of one part whose fate was unknown is known now. Of one that failed its owner is told.
  private void note(
      Handle tx, TeamId team, BotId bot, String platform, TurnId turn, DeliveryReport report) {
    var earlier =
        Arrays.stream(Status.values())
            .filter(status -> status.compareTo(report.status()) < 0)
            .map(Status::word)
            .toList();
    var now = clock.instant();
    var state =
        tx.createQuery(
                """
                UPDATE outbox
                SET platform_status = :status,
                  state = CASE
                    WHEN :status = 'failed' AND state IN ('sent', 'unknown') THEN 'failed'
                    WHEN :status <> 'failed' AND state = 'unknown' AND parts_sent = 1 THEN 'sent'
                    ELSE state
                  END,
                  error = CASE
                    WHEN :status = 'failed' THEN :error
                    WHEN state = 'unknown' AND parts_sent = 1 THEN NULL
                    ELSE error
                  END,
                  sent_at = CASE
                    WHEN :status <> 'failed' AND state = 'unknown' AND parts_sent = 1 THEN :now
                    ELSE sent_at
                  END,
                  failed_at = CASE
                    WHEN :status <> 'failed' AND state = 'unknown' AND parts_sent = 1 THEN NULL
                    ELSE failed_at
                  END
                WHERE team_id = :team AND turn_id = :turn AND bot_id = :bot AND platform = :platform
                  AND (platform_status IS NULL OR platform_status = ANY (:earlier))
                RETURNING state
                """)
            .bind("team", team.uuid())
            .bind("turn", turn.uuid())
            .bind("bot", bot.uuid())
            .bind("platform", platform)
            .bind("status", report.status().word())
            .bindByType("error", report.error().orElse(null), String.class)
            .bindArray("earlier", String.class, earlier)
            .bind("now", now)
            .mapTo(String.class)
            .findOne();
    if (state.filter("failed"::equals).isPresent()) {
      deadLetters.tell(tx, team, turn, now);
    }
  }
}
