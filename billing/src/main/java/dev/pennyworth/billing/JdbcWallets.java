package dev.pennyworth.billing;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Teams' wallets, and the money that comes in.
public final class JdbcWallets {
  private static final NanoUsd FREE_CREDIT = NanoUsd.ofCents(500);

  private final Jdbi jdbi;
  private final JdbcLedger ledger;

  JdbcWallets(Jdbi jdbi, JdbcLedger ledger) {
    this.jdbi = jdbi;
    this.ledger = ledger;
  }

  /// Opens a new team's wallet with $5.00 of free credit. The credit's ledger row has a key of its
  /// own, so a second try fails. Joins the caller's transaction.
  public void openWithFreeCredit(Handle tx, TeamId team) {
    tx.createUpdate(
            """
            INSERT INTO wallet (team_id)
            VALUES (:team)
            """)
        .bind("team", team.uuid())
        .execute();
    ledger.append(
        tx,
        team,
        new Posting(
            "free_credit",
            Posting.Kind.FREE_CREDIT,
            Optional.empty(),
            List.of(
                new Posting.Line(Posting.Account.WALLET, FREE_CREDIT),
                new Posting.Line(Posting.Account.PROMOTION, FREE_CREDIT.negated()))),
        NanoUsd.ZERO);
  }

  /// The wallet as it stands now.
  public WalletState balance(TeamId team) {
    return jdbi.withHandle(handle -> read(handle, team));
  }

  /// Credits a payment. The payment's ledger row has a key of its own, so a second try fails. Joins
  /// the caller's transaction.
  void credit(Handle tx, TeamId team, String paymentKey, NanoUsd amount) {
    credit(tx, team, paymentKey, amount, List.of());
  }

  void credit(Handle tx, TeamId team, String paymentKey, NanoUsd amount, List<String> flags) {
    ledger.append(
        tx,
        team,
        new Posting(
            "payment/" + paymentKey,
            Posting.Kind.DEPOSIT,
            Optional.empty(),
            List.of(
                new Posting.Line(Posting.Account.WALLET, amount),
                new Posting.Line(Posting.Account.CASH, amount.negated())),
            flags),
        NanoUsd.ZERO);
  }

  /// The wallet as the caller's transaction sees it.
  static WalletState read(Handle handle, TeamId team) {
    return handle
        .createQuery(
            """
            SELECT balance_nanos, held_nanos, deposited_nanos, spent_nanos
            FROM wallet
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .map((row, _) -> state(row))
        .one();
  }

  static WalletState lock(Handle tx, TeamId team) {
    return tx.createQuery(
            """
            SELECT balance_nanos, held_nanos, deposited_nanos, spent_nanos
            FROM wallet
            WHERE team_id = :team
            FOR UPDATE
            """)
        .bind("team", team.uuid())
        .map((row, _) -> state(row))
        .one();
  }

  /// Sets less of the balance aside; a negative amount sets more aside.
  static void release(Handle tx, TeamId team, NanoUsd amount) {
    if (amount.nanos() == 0) {
      return;
    }
    tx.createUpdate(
            """
            UPDATE wallet
            SET held_nanos = held_nanos - :amount
            WHERE team_id = :team
            """)
        .bind("team", team.uuid())
        .bind("amount", amount.nanos())
        .execute();
  }

  private static WalletState state(ResultSet row) throws SQLException {
    return new WalletState(
        new NanoUsd(row.getLong("balance_nanos")),
        new NanoUsd(row.getLong("held_nanos")),
        new NanoUsd(row.getLong("deposited_nanos")),
        new NanoUsd(row.getLong("spent_nanos")));
  }
}
