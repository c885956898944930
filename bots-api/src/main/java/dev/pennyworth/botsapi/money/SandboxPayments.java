package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Payment;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.billing.PaymentRef;
import dev.pennyworth.botsapi.http.PublicUrl;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// Payments without money, the local default. The checkout is a page of our own. Every team has a
/// practice card, which pays at once; except amounts that end in 02 cents, such as 502 or 1002,
/// which it declines, so that failure can be tried.
final class SandboxPayments implements PaymentProvider {
  private static final long NANOS_PER_CENT = NanoUsd.ofCents(1).nanos();
  private static final long CENTS_PER_DOLLAR = 100;
  private static final long DECLINED_CENTS = 2;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final PublicUrl publicUrl;

  SandboxPayments(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
  }

  @Override
  public String name() {
    return "sandbox";
  }

  @Override
  public boolean takes(NanoUsd amount) {
    return true;
  }

  @Override
  public URI checkout(Payment payment) {
    return publicUrl.at(CheckoutController.path(payment.team(), payment.id()));
  }

  @Override
  public Optional<SavedCard> savedCard(Optional<String> customer) {
    return Optional.of(new SavedCard("practice_customer", "practice_card"));
  }

  @Override
  public ChargeOutcome charge(Payment payment) {
    long cents = payment.amount().nanos() / NANOS_PER_CENT;
    return cents % CENTS_PER_DOLLAR == DECLINED_CENTS
        ? new ChargeOutcome.Declined("practice_decline")
        : new ChargeOutcome.Paid("sandbox/" + payment.id(), payment.amount(), "usd");
  }

  @Override
  public Optional<PaymentRef> find(String intent) {
    return Optional.empty();
  }

  @Override
  public Duration pauseAfter(int failures) {
    return PAUSE.multipliedBy(failures);
  }
}
