package dev.pennyworth.billing;

import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Payments without money, for trying the product: whoever submits the checkout page has paid.
public final class JdbcSandboxPayments {
  private final Jdbi jdbi;
  private final JdbcWallets wallets;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  JdbcSandboxPayments(Jdbi jdbi, JdbcWallets wallets, InstantSource clock, Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.wallets = wallets;
    this.clock = clock;
    this.ids = ids;
  }

  /// @param isPaid whether the amount was credited
  public record Payment(UUID id, NanoUsd amount, boolean isPaid) {}

  /// Opens a payment; nothing is credited yet. Joins the caller's transaction.
  public Payment open(Handle tx, TeamId team, NanoUsd amount) {
    var id = ids.get();
    tx.createUpdate(
            """
            INSERT INTO payment (team_id, payment_id, amount_nanos, status, created_at)
            VALUES (:team, :payment, :amount, 'open', :now)
            """)
        .bind("team", team.uuid())
        .bind("payment", id)
        .bind("amount", amount.nanos())
        .bind("now", clock.instant())
        .execute();
    return new Payment(id, amount, false);
  }

  public Optional<Payment> find(TeamId team, UUID id) {
    return jdbi.withHandle(handle -> find(handle, team, id));
  }

  /// Pays and credits, once: paying again changes nothing. Empty if there is no such payment.
  public Optional<Payment> pay(TeamId team, UUID id) {
    return jdbi.inTransaction(tx -> {
      markPaid(tx, team, id).ifPresent(amount -> wallets.credit(tx, team, id.toString(), amount));
      return find(tx, team, id);
    });
  }

  private Optional<NanoUsd> markPaid(Handle tx, TeamId team, UUID id) {
    return tx.createQuery(
            """
            UPDATE payment
            SET status = 'paid', paid_at = :now
            WHERE team_id = :team AND payment_id = :payment AND status = 'open'
            RETURNING amount_nanos
            """)
        .bind("team", team.uuid())
        .bind("payment", id)
        .bind("now", clock.instant())
        .map((row, _) -> new NanoUsd(row.getLong(1)))
        .findOne();
  }

  private static Optional<Payment> find(Handle handle, TeamId team, UUID id) {
    return handle
        .createQuery(
            """
            SELECT payment_id, amount_nanos, status
            FROM payment
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("team", team.uuid())
        .bind("payment", id)
        .map((row, _) ->
            new Payment(
                row.getObject(1, UUID.class),
                new NanoUsd(row.getLong(2)),
                row.getString(3).equals("paid")))
        .findOne();
  }
}
