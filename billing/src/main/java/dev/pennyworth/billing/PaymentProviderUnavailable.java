package dev.pennyworth.billing;

/// The provider of payments cannot be reached, or cannot say. Trying again is safe.
public final class PaymentProviderUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  public PaymentProviderUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
