package dev.pennyworth.billing;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// Money that a team was asked for.
///
/// @param amount that was asked
/// @param isAutoReload whether nobody was there to be asked: a saved card is charged
/// @param checkout where to pay; empty until the provider told it
/// @param customer of the provider; pinned when the payment was opened
/// @param card of the provider; empty unless a saved card is charged
/// @param intent the provider's own name of it; empty until told
public record Payment(
    TeamId team,
    UUID id,
    NanoUsd amount,
    Status status,
    boolean isAutoReload,
    Instant createdAt,
    Optional<URI> checkout,
    Optional<String> customer,
    Optional<String> card,
    Optional<String> intent) {

  /// What is known of it. Whatever else was told before, `PAID` comes last.
  public enum Status {
    /// Waits to be paid.
    OPEN,
    /// Paid, and credited.
    PAID,
    /// The payment was tried and failed.
    FAILED,
    /// Nobody paid in time.
    EXPIRED,
    /// Paid in a currency that is not ours: not credited.
    REFUSED
  }

  public PaymentRef ref() {
    return new PaymentRef(team, id);
  }

  public boolean isPaid() {
    return status == Status.PAID;
  }
}
