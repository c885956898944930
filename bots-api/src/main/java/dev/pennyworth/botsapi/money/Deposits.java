package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.JdbcPayments;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Payment;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.billing.PaymentProviderUnavailable;
import dev.pennyworth.billing.PaymentRef;
import dev.pennyworth.botsapi.accounts.Caller;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deposits, from the request to the page where they are paid. The payment is committed first, then
/// the provider is asked under the payment's id, then its page is kept: a crash between any two
/// leaves a payment that the same request finds again, and that the provider's news lead to.
final class Deposits {
  private static final Logger LOG = LoggerFactory.getLogger(Deposits.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

  private final JdbcPayments payments;
  private final PaymentProvider provider;
  private final JdbcIdempotency idempotency;

  Deposits(JdbcPayments payments, PaymentProvider provider, JdbcIdempotency idempotency) {
    this.payments = payments;
    this.provider = provider;
    this.idempotency = idempotency;
  }

  /// The request's payment: a new one, or the one that it opened before.
  Payment begin(Caller caller, HttpRequest<byte[]> request, NanoUsd amount) {
    var id =
        idempotency.onceMade(
            caller.team(),
            caller.user().toString(),
            request,
            tx -> payments.open(tx, caller.team(), amount).id());
    return payments
        .find(new PaymentRef(caller.team(), id))
        .orElseThrow(() ->
            HttpFailure.conflict(
                "payment_of_another_provider",
                "This Idempotency-Key began a payment before payments were set up anew. Use a new key."));
  }

  /// Where to pay.
  ///
  /// @throws HttpFailure 503 if the provider cannot be reached; trying again is safe
  URI checkout(Payment payment) {
    return payment
        .checkout()
        .orElseGet(() -> {
          var checkout = reaching(() -> provider.checkout(payment));
          payments.keepCheckout(payment.ref(), checkout);
          return checkout;
        });
  }

  /// @throws HttpFailure 503 if the provider cannot be reached
  static <T> T reaching(Supplier<T> provider) {
    try {
      return provider.get();
    } catch (PaymentProviderUnavailable e) {
      LOG.error("the provider of payments cannot be reached, or refuses", e);
      throw HttpFailure.unavailable(
          "payment_provider_unavailable",
          "The payment provider cannot be reached now. Nothing was charged; try again.",
          RETRY_AFTER);
    }
  }
}
