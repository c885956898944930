package dev.pennyworth.billing;

import java.util.Optional;
import java.util.UUID;

/// Payments without money, for trying the product: whoever submits the checkout page has paid.
public final class SandboxCheckout {
  private final JdbcPayments payments;

  SandboxCheckout(JdbcPayments payments) {
    this.payments = payments;
  }

  public Optional<Payment> find(TeamId team, UUID id) {
    return payments.find(new PaymentRef(team, id)).filter(payment -> !payment.isAutoReload());
  }

  /// Pays and credits, once: paying again changes nothing. Empty if there is no such payment.
  public Optional<Payment> pay(TeamId team, UUID id) {
    find(team, id).ifPresent(payment -> payments.record(paid(payment)));
    return find(team, id);
  }

  private static PaymentNews paid(Payment payment) {
    return new PaymentNews.Paid(
        payment.ref(),
        Optional.of("sandbox/" + payment.id()),
        payment.amount(),
        "usd",
        Optional.empty(),
        Optional.empty());
  }
}
