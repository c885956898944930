package dev.pennyworth.botsapi.money;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.billing.JdbcPayments;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.PaymentNews;
import dev.pennyworth.billing.PaymentNews.Reversal;
import dev.pennyworth.billing.PaymentProvider;
import dev.pennyworth.billing.PaymentProviderUnavailable;
import dev.pennyworth.billing.PaymentRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads Stripe's events as news of our payments. Field by field and not with the library's
/// classes: an event is written in the version that the webhook endpoint was made with, which need
/// not be the library's.
final class StripeNews {
  private final JdbcPayments payments;
  private final PaymentProvider provider;

  StripeNews(JdbcPayments payments, PaymentProvider provider) {
    this.payments = payments;
    this.provider = provider;
  }

  /// The news in an event; empty if it is about none of our payments, or nothing that matters.
  ///
  /// @throws PaymentProviderUnavailable if it cannot be told whose payment it is about
  Optional<PaymentNews> read(JsonNode event) {
    var object = event.path("data").path("object");
    return switch (event.path("type").asText()) {
      case "checkout.session.completed", "checkout.session.async_payment_succeeded" ->
          session(object);
      case "checkout.session.async_payment_failed" ->
          named(object).map(ref -> new PaymentNews.Failed(ref, "payment_failed"));
      case "checkout.session.expired" -> named(object).map(PaymentNews.Expired::new);
      case "payment_intent.succeeded" -> intent(object);
      case "payment_intent.payment_failed", "payment_intent.canceled" -> intentFailed(object);
      case "charge.refunded" ->
          isUsd(object)
              ? found(object)
                  .map(ref -> new PaymentNews.RefundedSoFar(ref, cents(object, "amount_refunded")))
              : Optional.empty();
      case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" ->
          reversal(object, Reversal.Kind.REFUND, refundState(object));
      case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed" ->
          reversal(object, Reversal.Kind.DISPUTE, disputeState(object));
      case "charge.dispute.funds_withdrawn" ->
          reversal(object, Reversal.Kind.DISPUTE, Reversal.State.TAKEN);
      case "charge.dispute.funds_reinstated" ->
          reversal(object, Reversal.Kind.DISPUTE, Reversal.State.RETURNED);
      default -> Optional.empty();
    };
  }

  /// A session is completed before the money is there, if the bank takes its time.
  private static Optional<PaymentNews> session(JsonNode session) {
    if (!session.path("payment_status").asText().equals("paid")) {
      return Optional.empty();
    }
    return named(session)
        .map(ref ->
            new PaymentNews.Paid(
                ref,
                id(session, "payment_intent"),
                cents(session, "amount_total"),
                session.path("currency").asText(),
                id(session, "customer"),
                Optional.empty()));
  }

  private static Optional<PaymentNews> intent(JsonNode intent) {
    boolean isSaved = intent.path("setup_future_usage").asText().equals("off_session");
    return named(intent)
        .map(ref ->
            new PaymentNews.Paid(
                ref,
                id(intent, "id"),
                cents(intent, "amount_received"),
                intent.path("currency").asText(),
                id(intent, "customer"),
                isSaved ? id(intent, "payment_method") : Optional.empty()));
  }

  /// On a checkout's page a person may try again.
  private static Optional<PaymentNews> intentFailed(JsonNode intent) {
    return named(intent)
        .filter(_ -> StripeMetadata.isAutoReload(metadata(intent)))
        .map(ref -> new PaymentNews.Failed(ref, reason(intent.path("last_payment_error"))));
  }

  private static String reason(JsonNode error) {
    return error.path("decline_code").asText(error.path("code").asText("declined"));
  }

  private Optional<PaymentNews> reversal(
      JsonNode object, Reversal.Kind kind, Reversal.State state) {
    var id = id(object, "id");
    if (id.isEmpty() || !isUsd(object)) {
      return Optional.empty();
    }
    return found(object)
        .map(ref -> new Reversal(ref, kind, id.get(), state, cents(object, "amount")));
  }

  /// Taken from the moment it is made: what is on its way back must not be spent.
  private static Reversal.State refundState(JsonNode refund) {
    return switch (refund.path("status").asText()) {
      case "failed", "canceled" -> Reversal.State.RETURNED;
      default -> Reversal.State.TAKEN;
    };
  }

  /// An inquiry (`warning_…`) moves no money.
  private static Reversal.State disputeState(JsonNode dispute) {
    var status = dispute.path("status").asText();
    if (status.startsWith("warning_")) {
      return Reversal.State.NOTICED;
    }
    return status.equals("won") ? Reversal.State.RETURNED : Reversal.State.TAKEN;
  }

  private static boolean isUsd(JsonNode object) {
    return object.path("currency").asText().equals("usd");
  }

  /// By our own metadata, or by the payment intent that we know, or by what Stripe says of it.
  private Optional<PaymentRef> found(JsonNode object) {
    return named(object).or(() -> id(object, "payment_intent").flatMap(this::ofIntent));
  }

  private Optional<PaymentRef> ofIntent(String intent) {
    return payments.find(intent).or(() -> provider.find(intent));
  }

  private static Optional<PaymentRef> named(JsonNode object) {
    return StripeMetadata.ref(metadata(object));
  }

  private static Map<String, String> metadata(JsonNode object) {
    var metadata = new HashMap<String, String>();
    object
        .path("metadata")
        .properties()
        .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
    return metadata;
  }

  /// An id, or the object that it leads to where Stripe was asked to show that instead.
  private static Optional<String> id(JsonNode object, String field) {
    var node = object.path(field);
    return Optional.of(node.isObject() ? node.path("id") : node)
        .filter(JsonNode::isTextual)
        .map(JsonNode::textValue)
        .filter(text -> !text.isEmpty());
  }

  private static NanoUsd cents(JsonNode object, String field) {
    return NanoUsd.ofCents(object.path(field).asLong(0));
  }
}
