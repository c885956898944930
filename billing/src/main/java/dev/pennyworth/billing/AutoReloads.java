package dev.pennyworth.billing;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Fills wallets that ran low. A timer runs it every second or so; several nodes may.
///
/// Each reload is a row before the card is charged, and stays until its outcome is known. The
/// provider knows a payment by its id, so asking again after a crash or a lost answer charges
/// nothing twice.
public final class AutoReloads {
  private static final Logger LOG = LoggerFactory.getLogger(AutoReloads.class);

  private static final int TEAMS_MAX = 100;
  private static final int CHARGES_AT_ONCE_MAX = 16;

  /// Providers forget what they were asked for after 24 hours; from then on asking again could
  /// charge again.
  private static final Duration UNKNOWN_MAX = Duration.ofHours(20);

  private final JdbcAutoReloads reloads;
  private final JdbcPayments payments;
  private final PaymentProvider provider;
  private final InstantSource clock;

  AutoReloads(
      JdbcAutoReloads reloads,
      JdbcPayments payments,
      PaymentProvider provider,
      InstantSource clock) {
    this.reloads = reloads;
    this.payments = payments;
    this.provider = provider;
    this.clock = clock;
  }

  /// Begins what is due, and asks for the outcome of what is under way.
  public void run() {
    reloads.due(TEAMS_MAX).forEach(team -> attempt("begin", team, () -> reloads.begin(team)));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var payment : reloads.toLookAt(CHARGES_AT_ONCE_MAX)) {
        threads.execute(
            () -> attempt("charge", payment, () -> reloads.claim(payment).ifPresent(this::charge)));
      }
    }
  }

  /// One team's trouble must not keep the others waiting.
  private static void attempt(String deed, Object whose, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.warn("could not {} an auto-reload of {}; it is tried again", deed, whose, e);
    }
  }

  private void charge(Payment payment) {
    try {
      take(payment, provider.charge(payment));
    } catch (PaymentProviderUnavailable e) {
      if (clock.instant().isBefore(payment.createdAt().plus(UNKNOWN_MAX))
          || payment.intent().isPresent()) {
        throw e;
      }
      LOG.error("the outcome of payment {} was never told; it is given up", payment.id(), e);
      payments.record(new PaymentNews.Failed(payment.ref(), "provider_unavailable"));
    }
  }

  private void take(Payment payment, PaymentProvider.ChargeOutcome outcome) {
    switch (outcome) {
      case PaymentProvider.ChargeOutcome.Paid paid ->
          payments.record(
              new PaymentNews.Paid(
                  payment.ref(),
                  Optional.of(paid.intent()),
                  paid.amount(),
                  paid.currency(),
                  Optional.empty(),
                  Optional.empty()));
      case PaymentProvider.ChargeOutcome.Pending pending ->
          payments.keepIntent(payment.ref(), pending.intent());
      case PaymentProvider.ChargeOutcome.Declined declined ->
          payments.record(new PaymentNews.Failed(payment.ref(), declined.reason()));
    }
  }
}
