package dev.pennyworth.billing;

/// A price file cannot be taken; nothing of it was. The message says in one sentence which entry is
/// wrong and what is allowed.
public final class PriceFileRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  PriceFileRefused(String message) {
    super(message, null, false, false);
  }
}
