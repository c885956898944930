package dev.pennyworth.billing;

import java.net.URI;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Payments, and what a provider tells about them.
///
/// News are taken in any order and any number of times: the payment's row is locked, each fact is
/// kept, and the wallet is moved by the difference between what follows from the facts and what was
/// booked already. Locks: the team's auto-reload, the payment, the wallet.
public final class JdbcPayments {
  private static final String OURS = "usd";

  private final Jdbi jdbi;
  private final JdbcWallets wallets;
  private final JdbcReversals reversals;
  private final JdbcAutoReloads autoReloads;
  private final JdbcSavedCards cards;
  private final JdbcEvents events;
  private final PaymentProvider provider;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  JdbcPayments(
      Jdbi jdbi,
      JdbcWallets wallets,
      JdbcReversals reversals,
      JdbcAutoReloads autoReloads,
      JdbcSavedCards cards,
      JdbcEvents events,
      PaymentProvider provider,
      InstantSource clock,
      Supplier<UUID> ids) {
    this.jdbi = jdbi;
    this.wallets = wallets;
    this.reversals = reversals;
    this.autoReloads = autoReloads;
    this.cards = cards;
    this.events = events;
    this.provider = provider;
    this.clock = clock;
    this.ids = ids;
  }

  /// Opens a payment that a person is to make; nothing is credited yet. Joins the caller's
  /// transaction.
  public Payment open(Handle tx, TeamId team, NanoUsd amount) {
    var payment =
        new Payment(
            team,
            ids.get(),
            amount,
            Payment.Status.OPEN,
            false,
            clock.instant(),
            Optional.empty(),
            cards.customer(tx, team),
            Optional.empty(),
            Optional.empty());
    JdbcPaymentRows.insert(tx, payment, provider.name());
    return payment;
  }

  /// A payment of this provider's.
  public Optional<Payment> find(PaymentRef ref) {
    return jdbi.withHandle(handle -> JdbcPaymentRows.find(handle, ref, provider.name()));
  }

  /// The payment that the provider knows by this name, if it was told so.
  public Optional<PaymentRef> find(String intent) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                SELECT team_id, payment_id
                FROM payment_address
                WHERE intent_id = :intent
                """)
            .bind("intent", intent)
            .map((row, _) ->
                new PaymentRef(
                    new TeamId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)))
            .findOne());
  }

  /// Keeps where to pay, so that a repeated request is sent to the same page.
  public void keepCheckout(PaymentRef ref, URI checkout) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                UPDATE payment
                SET checkout_url = :url
                WHERE team_id = :team AND payment_id = :payment
                """)
            .bind("url", checkout.toString())
            .bind("team", ref.team().uuid())
            .bind("payment", ref.id())
            .execute());
  }

  /// Keeps the provider's name of a payment, by which later news know it.
  public void keepIntent(PaymentRef ref, String intent) {
    jdbi.useTransaction(tx -> keepIntent(tx, ref, intent));
  }

  /// Takes news in. News of a payment that is not ours change nothing.
  public void record(PaymentNews news) {
    jdbi.useTransaction(tx -> {
      autoReloads.lock(tx, news.payment().team());
      JdbcPaymentRows.lock(tx, news.payment(), provider.name())
          .ifPresent(payment -> record(tx, payment, news));
    });
  }

  private void record(Handle tx, Payment payment, PaymentNews news) {
    switch (news) {
      case PaymentNews.Paid paid -> paid(tx, payment, paid);
      case PaymentNews.Failed failed -> failed(tx, payment, failed.reason());
      case PaymentNews.Expired _ -> expired(tx, payment);
      case PaymentNews.RefundedSoFar refunded -> reversals.record(tx, payment, refunded);
      case PaymentNews.Reversal reversal -> reversals.record(tx, payment, reversal);
    }
  }

  private void paid(Handle tx, Payment payment, PaymentNews.Paid paid) {
    paid.intent().ifPresent(intent -> keepIntent(tx, payment.ref(), intent));
    paid.customer().ifPresent(customer -> cards.save(tx, payment.team(), customer, paid.card()));
    if (payment.isPaid() || paid.amount().nanos() <= 0) {
      return;
    }
    if (!paid.currency().equals(OURS)) {
      refuse(tx, payment, paid.currency());
      return;
    }
    markPaid(tx, payment.ref(), paid.amount());
    wallets.credit(
        tx,
        payment.team(),
        payment.id().toString(),
        paid.amount(),
        paid.amount().equals(payment.amount()) ? List.of() : List.of("amount_differs"));
    tellPaid(tx, payment, paid.amount());
    // News of its refund may have come before.
    reversals.book(tx, payment.ref());
  }

  private void tellPaid(Handle tx, Payment payment, NanoUsd amount) {
    if (payment.isAutoReload()) {
      autoReloads.succeeded(tx, payment, amount);
      return;
    }
    tell(tx, payment, EventType.PAYMENT_SUCCEEDED, Map.of("amount_nanos", amount.nanos()));
  }

  private void failed(Handle tx, Payment payment, String reason) {
    if (payment.status() != Payment.Status.OPEN) {
      return;
    }
    mark(tx, payment.ref(), Payment.Status.FAILED);
    tellFailed(tx, payment, EventType.PAYMENT_FAILED, reason);
  }

  /// Money came that we did not ask for; which of ours it would be is not ours to decide.
  private void refuse(Handle tx, Payment payment, String currency) {
    if (payment.status() == Payment.Status.REFUSED) {
      return;
    }
    mark(tx, payment.ref(), Payment.Status.REFUSED);
    tellFailed(
        tx, payment, EventType.PAYMENT_REFUSED, "paid in " + currency + " instead of " + OURS);
  }

  private void tellFailed(Handle tx, Payment payment, EventType type, String reason) {
    if (payment.isAutoReload()) {
      autoReloads.failed(tx, payment, reason);
      return;
    }
    tell(tx, payment, type, Map.of("amount_nanos", payment.amount().nanos(), "reason", reason));
  }

  private static void expired(Handle tx, Payment payment) {
    if (payment.status() == Payment.Status.OPEN && !payment.isAutoReload()) {
      mark(tx, payment.ref(), Payment.Status.EXPIRED);
    }
  }

  private void tell(Handle tx, Payment payment, EventType type, Map<String, Object> facts) {
    var all = new HashMap<>(facts);
    all.put("payment_id", payment.id().toString());
    events.append(tx, payment.team(), new Event(type, type + "/" + payment.id(), all));
  }

  private void markPaid(Handle tx, PaymentRef ref, NanoUsd amount) {
    tx.createUpdate(
            """
            UPDATE payment
            SET status = 'paid', paid_at = :now, paid_nanos = :amount
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("now", clock.instant())
        .bind("amount", amount.nanos())
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .execute();
  }

  private static void mark(Handle tx, PaymentRef ref, Payment.Status status) {
    tx.createUpdate(
            """
            UPDATE payment
            SET status = :status
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("status", JdbcPaymentRows.word(status))
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .execute();
  }

  private static void keepIntent(Handle tx, PaymentRef ref, String intent) {
    int rows =
        tx.createUpdate(
                """
                INSERT INTO payment_address (intent_id, team_id, payment_id)
                VALUES (:intent, :team, :payment)
                ON CONFLICT DO NOTHING
                """)
            .bind("intent", intent)
            .bind("team", ref.team().uuid())
            .bind("payment", ref.id())
            .execute();
    if (rows == 0) {
      return;
    }
    tx.createUpdate(
            """
            UPDATE payment
            SET intent_id = :intent
            WHERE team_id = :team AND payment_id = :payment
            """)
        .bind("intent", intent)
        .bind("team", ref.team().uuid())
        .bind("payment", ref.id())
        .execute();
  }
}
