package dev.pennyworth.billing;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// The books: double entry, append-only, hash-chained per team.
public final class JdbcLedger {
  private final Jdbi jdbi;
  private final InstantSource clock;

  JdbcLedger(Jdbi jdbi, InstantSource clock) {
    this.jdbi = jdbi;
    this.clock = clock;
  }

  /// Which rows to list, newest first.
  ///
  /// @param before list rows older than this sequence; [Long#MAX_VALUE] begins at the newest
  public record Filter(
      Optional<Instant> from,
      Optional<Instant> to,
      Optional<BotId> bot,
      Optional<String> kind,
      Optional<TurnId> turn,
      long before,
      int rowsMax) {}

  /// A page of a team's ledger, newest first.
  public List<LedgerRow> list(TeamId team, Filter filter) {
    return jdbi.withHandle(handle -> JdbcLedgerRows.list(handle, team, filter));
  }

  /// Appends a transaction and moves the wallet by it, whose row it locks. For what is not a step:
  /// those go through the gate. Joins the caller's transaction.
  ///
  /// @param release what the wallet had set aside for this and no longer does
  TxnId append(Handle tx, TeamId team, Posting posting, NanoUsd release) {
    var head = lockHead(tx, team);
    var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var row = LedgerRow.next(team, posting, head.seq(), head.hash(), head.balance(), now);
    JdbcLedgerRows.insert(tx, List.of(new Books.Posted(team, row)), now);
    moveWallet(tx, team, posting, row, release);
    Alerts.ofWallet(head.balance(), row.balanceAfter(), head.held().minus(release), row.seq())
        .ifPresent(event -> JdbcEvents.insert(tx, List.of(new Books.Telling(team, event)), now));
    return row.txn();
  }

  private record Head(NanoUsd balance, NanoUsd held, long seq, Hash hash) {}

  private static Head lockHead(Handle tx, TeamId team) {
    return tx.createQuery(
            """
            SELECT balance_nanos, held_nanos, ledger_seq, ledger_hash
            FROM wallet
            WHERE team_id = :team
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .map((row, _) ->
            new Head(
                new NanoUsd(row.getLong(1)),
                new NanoUsd(row.getLong(2)),
                row.getLong(3),
                Hash.of(row.getBytes(4))))
        .one();
  }

  private static void moveWallet(
      Handle tx, TeamId team, Posting posting, LedgerRow row, NanoUsd release) {
    boolean isDeposit = posting.kind() == Posting.Kind.DEPOSIT;
    tx.createUpdate(
            """
            UPDATE wallet
            SET balance_nanos = balance_nanos + :delta,
              held_nanos = held_nanos - :release,
              deposited_nanos = deposited_nanos + :deposited,
              spent_nanos = spent_nanos + :spent,
              ledger_seq = :seq,
              ledger_hash = :hash
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .bind("delta", row.amount().nanos())
        .bind("release", release.nanos())
        .bind("deposited", isDeposit ? row.amount().nanos() : 0L)
        .bind("spent", posting.spending().nanos())
        .bind("seq", row.seq())
        .bind("hash", row.hash().bytes())
        .execute();
  }
}
