package dev.pennyworth.billing;

import java.util.Optional;

/// What a provider tells about a payment of ours. News come in any order, any number of times, and
/// at once; each fact counts once.
public sealed interface PaymentNews {

  PaymentRef payment();

  /// It is paid.
  ///
  /// @param intent the provider's name of the payment, which refunds and disputes know it by
  /// @param amount that came; dollars only if the currency says so
  /// @param currency three lower-case letters
  /// @param customer whom the provider takes the payer for
  /// @param card saved for later; empty if it was not saved
  record Paid(
      PaymentRef payment,
      Optional<String> intent,
      NanoUsd amount,
      String currency,
      Optional<String> customer,
      Optional<String> card)
      implements PaymentNews {}

  /// It was tried and failed, and nobody is there to try again.
  record Failed(PaymentRef payment, String reason) implements PaymentNews {}

  /// Nobody paid in time.
  record Expired(PaymentRef payment) implements PaymentNews {}

  /// So much of it was given back until now, all refunds together.
  record RefundedSoFar(PaymentRef payment, NanoUsd amount) implements PaymentNews {}

  /// One refund or dispute, and how far it is.
  ///
  /// @param id the provider's
  record Reversal(PaymentRef payment, Kind kind, String id, State state, NanoUsd amount)
      implements PaymentNews {

    /// Who wants the money back.
    public enum Kind {
      REFUND,
      DISPUTE
    }

    /// How far it is; a later one wins.
    public enum State {
      /// Announced; no money moved.
      NOTICED,
      /// The money was taken from us.
      TAKEN,
      /// The money came back to us.
      RETURNED
    }
  }
}
