package dev.pennyworth.billing;

/// The answer of the gate.
public sealed interface Reservation {
  /// The money is set aside.
  record Granted(Hold hold) implements Reservation {}

  /// Nothing was written.
  record Refused(Refusal refusal) implements Reservation {}

  /// It does not fit as it was asked for, and might if its input were counted, which the request
  /// says can be done. Nothing was written and nobody was told.
  record CountFirst() implements Reservation {}
}
