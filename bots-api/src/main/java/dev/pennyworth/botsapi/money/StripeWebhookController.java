package dev.pennyworth.botsapi.money;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.JdbcPayments;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.billing.PaymentProviderUnavailable;
import dev.pennyworth.botsapi.Configuration;
import dev.pennyworth.connectors.HttpFailure;
import dev.pennyworth.connectors.Json;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where Stripe tells what became of payments. Signed over the raw bytes; anything else is 401 and
/// writes nothing.
@Controller("/api/stripe/webhook")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Webhooks")
final class StripeWebhookController {
  private static final Logger LOG = LoggerFactory.getLogger(StripeWebhookController.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

  private final Configuration.Stripe settings;
  private final JdbcPayments payments;
  private final StripeNews news;
  private final Json json;
  private final InstantSource clock;

  StripeWebhookController(
      Configuration configuration,
      JdbcPayments payments,
      PaymentProvider provider,
      Json json,
      InstantSource clock) {
    this.settings = configuration.stripe();
    this.payments = payments;
    this.news = new StripeNews(payments, provider);
    this.json = json;
    this.clock = clock;
  }

  /// What Stripe reads: that it need not send the event again.
  record Received(boolean received) {}

  /// Takes one event of Stripe's. Sending it again changes nothing; what is about no payment of
  /// ours changes nothing either.
  @Post
  @Consumes(MediaType.ALL)
  Received receive(HttpRequest<byte[]> request) {
    byte[] body = request.getBody().orElse(new byte[0]);
    requireSigned(request, body);
    var event = read(body);
    try {
      news.read(event).ifPresent(payments::record);
    } catch (PaymentProviderUnavailable e) {
      LOG.warn("cannot tell whose payment an event is about; Stripe will send it again", e);
      throw HttpFailure.unavailable(
          "payment_provider_unavailable", "It cannot be told now whose this is.", RETRY_AFTER);
    } catch (ArithmeticException _) {
      throw HttpFailure.badRequest("malformed_event", "The event has an amount that cannot be.");
    }
    return new Received(true);
  }

  private void requireSigned(HttpRequest<byte[]> request, byte[] body) {
    var problem =
        settings.apiKey().isEmpty() || settings.webhookSecret().isEmpty()
            ? Optional.of("This server takes no events of Stripe's.")
            : StripeSignature.problem(
                request.getHeaders().get("Stripe-Signature"),
                body,
                settings.webhookSecret().get(),
                clock.instant());
    problem.ifPresent(text -> {
      throw HttpFailure.unauthorized("bad_signature", text);
    });
  }

  private JsonNode read(byte[] body) {
    try {
      return json.read(body);
    } catch (IOException _) {
      throw HttpFailure.malformedJson("The body is not valid JSON.");
    }
  }
}
