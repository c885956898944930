package dev.pennyworth.botsapi.money;

import com.stripe.StripeClient;
import com.stripe.exception.CardException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerPaymentMethodListParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Payment;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.billing.PaymentProviderUnavailable;
import dev.pennyworth.billing.PaymentRef;
import dev.pennyworth.botsapi.http.PublicUrl;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Stripe. A person pays on Stripe Checkout, which saves the card; auto-reload charges it with
/// nobody there. What is asked carries our payment's id twice: as the idempotency key, so that
/// asking again is harmless, and in the metadata of session and payment intent, so that news of it
/// lead to the payment even if we never read the answer.
///
/// Source: docs.stripe.com/api, versions as pinned by the library.
final class StripePayments implements PaymentProvider {
  private static final int NOT_FOUND = 404;
  private static final Duration PAUSE = Duration.ofMinutes(30);

  private final StripeClient stripe;
  private final PublicUrl publicUrl;

  StripePayments(StripeClient stripe, PublicUrl publicUrl) {
    this.stripe = stripe;
    this.publicUrl = publicUrl;
  }

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public boolean takes(NanoUsd amount) {
    return StripeCents.isWhole(amount);
  }

  @Override
  public URI checkout(Payment payment) {
    try {
      var session =
          stripe.v1().checkout().sessions().create(sessionOf(payment), keyOf("checkout", payment));
      return URI.create(session.getUrl());
    } catch (StripeException e) {
      throw unavailable("opening a checkout", e);
    }
  }

  private SessionCreateParams sessionOf(Payment payment) {
    var metadata = StripeMetadata.of(payment);
    var session =
        SessionCreateParams.builder()
            .setMode(SessionCreateParams.Mode.PAYMENT)
            .addLineItem(lineOf(payment.amount()))
            .setClientReferenceId(payment.id().toString())
            .putAllMetadata(metadata)
            .setPaymentIntentData(
                SessionCreateParams.PaymentIntentData.builder()
                    .putAllMetadata(metadata)
                    .setSetupFutureUsage(
                        SessionCreateParams.PaymentIntentData.SetupFutureUsage.OFF_SESSION)
                    .build())
            .setSuccessUrl(publicUrl.at("/checkout/thanks").toString())
            .setCancelUrl(publicUrl.at("/checkout/canceled").toString());
    payment
        .customer()
        .ifPresentOrElse(
            session::setCustomer,
            () -> session.setCustomerCreation(SessionCreateParams.CustomerCreation.ALWAYS));
    return session.build();
  }

  private static SessionCreateParams.LineItem lineOf(NanoUsd amount) {
    return SessionCreateParams.LineItem.builder()
        .setQuantity(1L)
        .setPriceData(
            SessionCreateParams.LineItem.PriceData.builder()
                .setCurrency("usd")
                .setUnitAmount(StripeCents.of(amount))
                .setProductData(
                    SessionCreateParams.LineItem.PriceData.ProductData.builder()
                        .setName("Pennyworth credit")
                        .build())
                .build())
        .build();
  }

  @Override
  public Optional<SavedCard> savedCard(Optional<String> customer) {
    if (customer.isEmpty()) {
      return Optional.empty();
    }
    try {
      var newestCard =
          CustomerPaymentMethodListParams.builder()
              .setType(CustomerPaymentMethodListParams.Type.CARD)
              .setLimit(1L)
              .build();
      var cards = stripe.v1().customers().paymentMethods().list(customer.get(), newestCard);
      return cards.getData().stream()
          .findFirst()
          .map(card -> new SavedCard(customer.get(), card.getId()));
    } catch (StripeException e) {
      if (isNotFound(e)) {
        return Optional.empty();
      }
      throw unavailable("looking for a saved card", e);
    }
  }

  @Override
  public ChargeOutcome charge(Payment payment) {
    try {
      var intents = stripe.v1().paymentIntents();
      return outcome(
          payment.intent().isPresent()
              ? intents.retrieve(payment.intent().get())
              : intents.create(intentOf(payment), keyOf("charge", payment)));
    } catch (CardException e) {
      return declined(e.getDeclineCode(), e.getCode());
    } catch (InvalidRequestException e) {
      // Such as a card that was detached: it will not be taken the next time either.
      return declined(e.getCode(), "invalid_request");
    } catch (StripeException e) {
      throw unavailable("charging a saved card", e);
    }
  }

  private static PaymentIntentCreateParams intentOf(Payment payment) {
    return PaymentIntentCreateParams.builder()
        .setAmount(StripeCents.of(payment.amount()))
        .setCurrency("usd")
        .setCustomer(payment.customer().orElseThrow())
        .setPaymentMethod(payment.card().orElseThrow())
        .setDescription("Pennyworth credit, reloaded automatically")
        .setOffSession(true)
        .setConfirm(true)
        .putAllMetadata(StripeMetadata.of(payment))
        .build();
  }

  private static ChargeOutcome outcome(PaymentIntent intent) {
    return switch (String.valueOf(intent.getStatus())) {
      case "succeeded" ->
          new ChargeOutcome.Paid(
              intent.getId(), NanoUsd.ofCents(intent.getAmountReceived()), intent.getCurrency());
      case "processing", "requires_capture" -> new ChargeOutcome.Pending(intent.getId());
      case "requires_action", "requires_confirmation" -> declined("authentication_required", "");
      default -> declined(reasonOf(intent), "declined");
    };
  }

  private static @Nullable String reasonOf(PaymentIntent intent) {
    var error = intent.getLastPaymentError();
    return error == null ? intent.getStatus() : error.getDeclineCode();
  }

  private static ChargeOutcome.Declined declined(
      @Nullable String reason, @Nullable String otherwise) {
    return new ChargeOutcome.Declined(
        Optional.ofNullable(reason).or(() -> Optional.ofNullable(otherwise)).orElse("declined"));
  }

  @Override
  public Optional<PaymentRef> find(String intent) {
    try {
      return StripeMetadata.ref(
          Optional.ofNullable(stripe.v1().paymentIntents().retrieve(intent).getMetadata())
              .orElse(Map.of()));
    } catch (StripeException e) {
      if (isNotFound(e)) {
        return Optional.empty();
      }
      throw unavailable("looking up a payment intent", e);
    }
  }

  @Override
  public Duration pauseAfter(int failures) {
    return PAUSE.multipliedBy(failures);
  }

  /// The same payment is never asked for twice under another key, nor two things under one.
  private static RequestOptions keyOf(String deed, Payment payment) {
    return RequestOptions.builder().setIdempotencyKey(deed + "/" + payment.id()).build();
  }

  private static boolean isNotFound(StripeException e) {
    return List.of(NOT_FOUND).contains(e.getStatusCode());
  }

  private static PaymentProviderUnavailable unavailable(String deed, StripeException e) {
    return new PaymentProviderUnavailable("Stripe did not answer as hoped when " + deed, e);
  }
}
