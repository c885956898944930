package dev.pennyworth.agentloop;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Which processes are alive. Each renews one row; what a process held that stopped renewing goes
/// back to the queue.
final class JdbcNodes {
  static final Duration EXPIRY = Duration.ofSeconds(8);

  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcNodes(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Says that this process is alive, and takes back what dead ones held.
  void renew(UUID node) {
    var now = clock.instant();
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO node (node_id, started_at, expires_at)
                VALUES (:node, :now, :expires)
                ON CONFLICT (node_id) DO UPDATE SET expires_at = excluded.expires_at
                """)
            .bind("node", node)
            .bind("now", now)
            .bind("expires", now.plus(EXPIRY))
            .execute());
    jdbi.useTransaction(tx -> othersDead(tx, node).forEach(each -> bury(tx, each)));
  }

  /// Declares every process dead: for the start of one that has the database for itself.
  void buryAll() {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE node
                SET expires_at = '-infinity'
                """)
            .execute());
  }

  /// Says good-bye: what this process still held can be taken at once.
  void leave(UUID node) {
    jdbi.useTransaction(tx -> bury(tx, node));
  }

  private List<UUID> othersDead(Handle tx, UUID node) {
    return tx.createQuery(
            """
            SELECT node_id
            FROM node
            WHERE expires_at <= :now AND node_id <> :node
            FOR UPDATE SKIP LOCKED
            """)
        .bind("now", clock.instant())
        .bind("node", node)
        .mapTo(UUID.class)
        .list();
  }

  private void bury(Handle tx, UUID node) {
    boolean isAllFree = true;
    for (var conversation : held(tx, node)) {
      isAllFree &= release(tx, conversation, node);
    }
    if (isAllFree) {
      delete(tx, node);
    }
  }

  private static void delete(Handle tx, UUID node) {
    tx.createUpdate(
            """
            DELETE FROM node
            WHERE node_id = :node
            """)
        .bind("node", node)
        .execute();
  }

  private record Held(UUID team, UUID conversation) {}

  private List<Held> held(Handle tx, UUID node) {
    return tx.createQuery(
            """
            SELECT team_id, conversation_id
            FROM conversation
            WHERE owner = :node AND lease_until > :now
            ORDER BY team_id, conversation_id
            """)
        .bind("node", node)
        .bind("now", clock.instant())
        .map((row, _) -> new Held(row.getObject(1, UUID.class), row.getObject(2, UUID.class)))
        .list();
  }

  /// Whether the conversation is free now. The owner is looked at again: somebody may have claimed
  /// it since. A row that somebody holds, such as the transaction of a process that died or froze,
  /// is tried again at the next renewal.
  private static boolean release(Handle tx, Held held, UUID node) {
    int released =
        tx.createUpdate(
                """
                UPDATE conversation
                SET lease_until = '-infinity'
                WHERE team_id = :team AND conversation_id = (
                  SELECT conversation_id
                  FROM conversation
                  WHERE team_id = :team AND conversation_id = :conversation AND owner = :node
                  FOR UPDATE SKIP LOCKED)
                """)
            .bind("team", held.team())
            .bind("conversation", held.conversation())
            .bind("node", node)
            .execute();
    return released == 1;
  }
}
