package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Which node listens for which bot. A slot is free if nobody has it, or its node's row has
/// expired.
final class JdbcSlots {
  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcSlots(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// A slot that a living node has.
  record Taken(BotId bot, long fence) {}

  /// The right to listen, until a later owner's fence is higher.
  record SlotClaim(TeamId team, BotId bot, long fence, Optional<String> cursor) {}

  /// The slots of all nodes that are alive.
  List<Taken> taken() {
    return jdbi.withHandle(handle -> {
      var alive =
          handle
              .createQuery(
                  """
                  SELECT node_id
                  FROM node
                  WHERE expires_at > :now
                  """)
              .bind("now", clock.instant())
              .mapTo(UUID.class)
              .list();
      return handle
          .createQuery(
              """
              SELECT team_id, bot_id, fence
              FROM platform_slot
              WHERE owner = ANY(:alive)
              """)
          .bindArray("alive", UUID.class, alive)
          .map((row, _) ->
              new Taken(new BotId(row.getObject("bot_id", UUID.class)), row.getLong("fence")))
          .list();
    });
  }

  /// Takes a slot; empty if another living node has it.
  Optional<SlotClaim> claim(ActiveBot bot, UUID node) {
    var now = clock.instant();
    return jdbi.inTransaction(tx -> {
      tx.createUpdate(
              """
              INSERT INTO platform_slot (team_id, bot_id, fence, since)
              VALUES (:team, :bot, 0, :now)
              ON CONFLICT (team_id, bot_id) DO NOTHING
              """)
          .bind("team", bot.team().uuid())
          .bind("bot", bot.bot().uuid())
          .bind("now", now)
          .execute();
      var owner =
          tx.createQuery(
                  """
                  SELECT owner
                  FROM platform_slot
                  WHERE team_id = :team AND bot_id = :bot
                  FOR UPDATE
                  """)
              .bind("team", bot.team().uuid())
              .bind("bot", bot.bot().uuid())
              .map((row, _) -> Optional.ofNullable(row.getObject(1, UUID.class)))
              .one();
      boolean isFree =
          owner.isEmpty()
              || tx.createQuery(
                      """
                      SELECT 1
                      FROM node
                      WHERE node_id = :owner AND expires_at > :now
                      """)
                  .bind("owner", owner.get())
                  .bind("now", now)
                  .mapTo(Integer.class)
                  .findOne()
                  .isEmpty();
      return isFree ? Optional.of(take(tx, bot, node, now)) : Optional.empty();
    });
  }

  private static SlotClaim take(Handle tx, ActiveBot bot, UUID node, Instant now) {
    return tx.createQuery(
            """
            UPDATE platform_slot
            SET owner = :node, fence = fence + 1, since = :now, problem = NULL
            WHERE team_id = :team AND bot_id = :bot
            RETURNING fence, read_upto
            """)
        .bind("team", bot.team().uuid())
        .bind("bot", bot.bot().uuid())
        .bind("node", node)
        .bind("now", now)
        .map((row, _) ->
            new SlotClaim(
                bot.team(), bot.bot(), row.getLong(1), Optional.ofNullable(row.getString(2))))
        .one();
  }

  /// Whether the claim still is the latest: if not, nothing was kept.
  boolean keep(SlotClaim claim, String cursor) {
    return jdbi.withHandle(handle ->
        handle
                .createUpdate(
                    """
                    UPDATE platform_slot
                    SET read_upto = :cursor
                    WHERE team_id = :team AND bot_id = :bot AND fence = :fence
                    """)
                .bind("team", claim.team().uuid())
                .bind("bot", claim.bot().uuid())
                .bind("fence", claim.fence())
                .bind("cursor", cursor)
                .execute()
            == 1);
  }

  void report(SlotClaim claim, Optional<String> problem) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE platform_slot
                SET problem = :problem
                WHERE team_id = :team AND bot_id = :bot AND fence = :fence
                """)
            .bind("team", claim.team().uuid())
            .bind("bot", claim.bot().uuid())
            .bind("fence", claim.fence())
            .bindByType("problem", problem.orElse(null), String.class)
            .execute());
  }

  /// Lets others take the slot.
  void release(SlotClaim claim) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE platform_slot
                SET owner = NULL, problem = NULL
                WHERE team_id = :team AND bot_id = :bot AND fence = :fence
                """)
            .bind("team", claim.team().uuid())
            .bind("bot", claim.bot().uuid())
            .bind("fence", claim.fence())
            .execute());
  }

  /// What is wrong with the connection of a bot that has to be listened to, in a person's words.
  Optional<String> problem(TeamId team, BotId bot) {
    boolean isListenedTo = taken().stream().anyMatch(one -> one.bot().equals(bot));
    return isListenedTo
        ? reported(team, bot)
        : Optional.of("Nothing listens for the bot's messages yet. That begins within seconds.");
  }

  private Optional<String> reported(TeamId team, BotId bot) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT problem
                FROM platform_slot
                WHERE team_id = :team AND bot_id = :bot AND problem IS NOT NULL
                """)
            .bind("team", team.uuid())
            .bind("bot", bot.uuid())
            .mapTo(String.class)
            .findOne());
  }
}
