package dev.pennyworth.botsapi;

import java.util.Map;

/// A deposit that waits on Stripe's page, and what Stripe will say of it.
record TestingStripePayment(
    Map<String, String> metadata, String intent, String customer, long cents) {
  String paid() {
    return session("paid");
  }

  String unpaid() {
    return session("unpaid");
  }

  private String session(String status) {
    return """
    {"id":"cs_1","object":"checkout.session","amount_total":%d,"currency":"usd","payment_intent":"%s",
     "customer":"%s","payment_status":"%s","status":"complete","metadata":%s}
    """
        .formatted(cents, intent, customer, status, TestingStripe.json(metadata));
  }

  String intentPaid() {
    return """
    {"id":"%s","object":"payment_intent","amount":%d,"amount_received":%d,"currency":"usd",
     "customer":"%s","payment_method":"pm_1","setup_future_usage":"off_session",
     "status":"succeeded","metadata":%s}
    """
        .formatted(intent, cents, cents, customer, TestingStripe.json(metadata));
  }

  static String refunded(String intent, long cents) {
    return """
    {"id":"ch_1","object":"charge","amount":1000,"amount_refunded":%d,"currency":"usd","payment_intent":"%s",
     "metadata":{}}
    """
        .formatted(cents, intent);
  }

  static String refund(String intent, String id, String status, long cents) {
    return """
    {"id":"%s","object":"refund","amount":%d,"currency":"usd","payment_intent":"%s","status":"%s"}
    """
        .formatted(id, cents, intent, status);
  }

  static String dispute(String intent, String status) {
    return dispute(intent, status, 1_000);
  }

  static String dispute(String intent, String status, long cents) {
    return """
    {"id":"dp_%s","object":"dispute","amount":%d,"currency":"usd","payment_intent":"%s","status":"%s"}
    """
        .formatted(intent, cents, intent, status);
  }
}
