package dev.pennyworth.billing;

/// A hold was resolved before. Nothing is booked twice: the transaction that tried must roll back.
public final class AlreadyResolved extends RuntimeException {
  private static final long serialVersionUID = 1;

  AlreadyResolved(HoldId hold) {
    super(hold + " was resolved before: nothing is booked twice");
  }
}
