package dev.pennyworth.billing;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// A provider that does as the test says, and remembers what it was asked to charge.
final class TestingPaymentProvider implements PaymentProvider {
  static final Duration PAUSE = Duration.ofMinutes(10);

  static final Function<Payment, ChargeOutcome> UNREACHABLE =
      payment -> {
        throw new PaymentProviderUnavailable(
            "cut", new IllegalStateException(payment.id().toString()));
      };

  final List<Payment> charges = new CopyOnWriteArrayList<>();
  final AtomicReference<Function<Payment, ChargeOutcome>> outcome =
      new AtomicReference<>(TestingPaymentProvider::paid);

  static ChargeOutcome paid(Payment payment) {
    return new ChargeOutcome.Paid("intent/" + payment.id(), payment.amount(), "usd");
  }

  static ChargeOutcome declined(Payment payment) {
    return new ChargeOutcome.Declined("insufficient_funds of " + payment.card().orElseThrow());
  }

  @Override
  public String name() {
    return "testing";
  }

  @Override
  public boolean takes(NanoUsd amount) {
    return true;
  }

  @Override
  public URI checkout(Payment payment) {
    return URI.create("https://pay.example.com/" + payment.id());
  }

  @Override
  public Optional<SavedCard> savedCard(Optional<String> customer) {
    return Optional.of(new SavedCard("customer", "card"));
  }

  @Override
  public ChargeOutcome charge(Payment payment) {
    charges.add(payment);
    return outcome.get().apply(payment);
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
