package dev.pennyworth.botsapi.money;

import com.stripe.Stripe;
import com.stripe.StripeClient;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.billing.JdbcBudgets;
import dev.pennyworth.billing.JdbcPayments;
import dev.pennyworth.billing.JdbcPlans;
import dev.pennyworth.billing.JdbcTeamLimits;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.botsapi.http.JdbcIdempotency;
import dev.pennyworth.botsapi.http.PublicUrl;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The object graph of money: with a key of Stripe's it is Stripe, without one the sandbox.
@Factory
final class MoneyWiring {
  private static final Logger LOG = LoggerFactory.getLogger(MoneyWiring.class);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

  @Singleton
  PaymentProvider paymentProvider(Configuration configuration, PublicUrl publicUrl) {
    var settings = configuration.stripe();
    if (settings.apiKey().isPresent() && settings.webhookSecret().isEmpty()) {
      LOG.warn(
          "STRIPE_WEBHOOK_SECRET is not set: Stripe's events are refused, so no deposit is credited");
    }
    return settings
        .apiKey()
        .<PaymentProvider>map(key -> new StripePayments(stripe(settings, key), publicUrl))
        .orElseGet(() -> new SandboxPayments(publicUrl));
  }

  @Singleton
  Deposits deposits(JdbcPayments payments, PaymentProvider provider, JdbcIdempotency idempotency) {
    return new Deposits(payments, provider, idempotency);
  }

  @Singleton
  JdbcUsage usage(Jdbi jdbi) {
    return new JdbcUsage(jdbi);
  }

  @Singleton
  JdbcUsageDays usageDays(Jdbi jdbi) {
    return new JdbcUsageDays(jdbi);
  }

  @Singleton
  BillingViews billingViews(
      Jdbi jdbi, JdbcPlans plans, JdbcTeamLimits limits, JdbcBudgets budgets) {
    return new BillingViews(jdbi, plans, limits, budgets);
  }

  /// It does not try again by itself: each of our tries is the same request under the same key.
  private static StripeClient stripe(Configuration.Stripe settings, SecretText key) {
    Stripe.enableTelemetry = false;
    var builder =
        StripeClient.builder()
            .setApiKey(key.reveal())
            .setMaxNetworkRetries(0)
            .setConnectTimeout((int) CONNECT_MAX.toMillis())
            .setReadTimeout((int) ANSWER_MAX.toMillis());
    settings.apiUrl().map(URI::toString).ifPresent(builder::setApiBase);
    return builder.build();
  }
}
