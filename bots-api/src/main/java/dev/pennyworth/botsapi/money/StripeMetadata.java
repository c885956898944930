package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.Payment;
import dev.pennyworth.billing.PaymentRef;
import dev.pennyworth.billing.TeamId;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What we write on what we ask Stripe for, and read back from its news.
final class StripeMetadata {
  private static final String TEAM = "pennyworth_team";
  private static final String PAYMENT = "pennyworth_payment";
  private static final String PURPOSE = "pennyworth_purpose";
  private static final String AUTO_RELOAD = "auto_reload";

  private StripeMetadata() {}

  static Map<String, String> of(Payment payment) {
    return Map.of(
        TEAM, payment.team().toString(),
        PAYMENT, payment.id().toString(),
        PURPOSE, payment.isAutoReload() ? AUTO_RELOAD : "deposit");
  }

  /// The payment that it names; empty if it names none of ours.
  static Optional<PaymentRef> ref(Map<String, String> metadata) {
    return TeamId.parse(metadata.getOrDefault(TEAM, ""))
        .flatMap(
            team -> uuid(metadata.getOrDefault(PAYMENT, "")).map(id -> new PaymentRef(team, id)));
  }

  static boolean isAutoReload(Map<String, String> metadata) {
    return AUTO_RELOAD.equals(metadata.get(PURPOSE));
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
