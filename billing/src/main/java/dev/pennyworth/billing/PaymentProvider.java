package dev.pennyworth.billing;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// Whoever takes real money, or plays at it: Stripe or the sandbox. None of this may be called
/// inside a transaction, and all of it is safe to repeat: a payment's id is the key of what is
/// asked.
public interface PaymentProvider {

  /// What stands in the rows, such as `stripe`.
  String name();

  /// Whether an amount can be paid, such as whole cents only.
  boolean takes(NanoUsd amount);

  /// Opens the page where a person pays, and has the card saved for auto-reload.
  ///
  /// @throws PaymentProviderUnavailable if it cannot be told whether it did
  URI checkout(Payment payment);

  /// The card that a customer has saved; empty if there is none.
  ///
  /// @param customer the provider's id; empty if the team has none yet
  /// @throws PaymentProviderUnavailable if it cannot be told
  Optional<SavedCard> savedCard(Optional<String> customer);

  /// Charges the payment's saved card while nobody is there, or reads back what became of it.
  ///
  /// @throws PaymentProviderUnavailable if it cannot be told
  ChargeOutcome charge(Payment payment);

  /// Whose payment the provider's id means; empty if none of ours.
  ///
  /// @throws PaymentProviderUnavailable if it cannot be told
  Optional<PaymentRef> find(String intent);

  /// How long an auto-reload waits after a failure.
  ///
  /// @param failures in a row, at least one
  Duration pauseAfter(int failures);

  /// A card under the provider's names.
  record SavedCard(String customer, String card) {}

  /// What became of a charge.
  sealed interface ChargeOutcome {
    /// The money came.
    record Paid(String intent, NanoUsd amount, String currency) implements ChargeOutcome {}

    /// The provider does not know yet, and will.
    record Pending(String intent) implements ChargeOutcome {}

    /// No money comes.
    ///
    /// @param reason in the provider's word, such as `insufficient_funds`
    record Declined(String reason) implements ChargeOutcome {}
  }
}
