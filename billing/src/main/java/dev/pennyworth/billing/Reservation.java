package dev.pennyworth.billing;

/// The answer of the gate.
public sealed interface Reservation {
  /// The money is set aside.
  record Granted(Hold hold) implements Reservation {}

  /// Nothing was written.
  record Refused(Refusal refusal) implements Reservation {}
}
