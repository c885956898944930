package dev.pennyworth.billing;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Payments as rows.
final class JdbcPaymentRows {
  private JdbcPaymentRows() {}

  static void insert(Handle tx, Payment payment, String provider) {
    tx.createUpdate(
            """
            INSERT INTO payment
              (team_id, payment_id, amount_nanos, status, created_at, purpose, provider, customer_id, card_id)
            VALUES (:team, :payment, :amount, :status, :created, :purpose, :provider, :customer, :card)
            """)
        .bind("team", payment.team().uuid())
        .bind("payment", payment.id())
        .bind("amount", payment.amount().nanos())
        .bind("status", word(payment.status()))
        .bind("created", payment.createdAt())
        .bind("purpose", payment.isAutoReload() ? "auto_reload" : "deposit")
        .bind("provider", provider)
        .bind("customer", payment.customer().orElse(null))
        .bind("card", payment.card().orElse(null))
        .execute();
  }

  static Optional<Payment> find(Handle handle, PaymentRef ref, String provider) {
    return handle
        .createQuery(
            """
            SELECT team_id, payment_id, amount_nanos, status, purpose, created_at, checkout_url,
              customer_id, card_id, intent_id
            FROM payment
            WHERE team_id = :team AND payment_id = :payment AND provider = :provider
            """)
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .bind("provider", provider)
        .map((row, _) -> payment(row))
        .findOne();
  }

  static Optional<Payment> lock(Handle tx, PaymentRef ref, String provider) {
    return tx.createQuery(
            """
            SELECT team_id, payment_id, amount_nanos, status, purpose, created_at, checkout_url,
              customer_id, card_id, intent_id
            FROM payment
            WHERE team_id = :team AND payment_id = :payment AND provider = :provider
            FOR UPDATE
            """)
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .bind("provider", provider)
        .map((row, _) -> payment(row))
        .findOne();
  }

  static String word(Payment.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static Payment payment(ResultSet row) throws SQLException {
    return new Payment(
        new TeamId(row.getObject("team_id", UUID.class)),
        row.getObject("payment_id", UUID.class),
        new NanoUsd(row.getLong("amount_nanos")),
        Payment.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
        row.getString("purpose").equals("auto_reload"),
        row.getTimestamp("created_at").toInstant(),
        Optional.ofNullable(row.getString("checkout_url")).map(URI::create),
        Optional.ofNullable(row.getString("customer_id")),
        Optional.ofNullable(row.getString("card_id")),
        Optional.ofNullable(row.getString("intent_id")));
  }
}
