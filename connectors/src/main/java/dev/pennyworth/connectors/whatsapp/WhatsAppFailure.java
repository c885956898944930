package dev.pennyworth.connectors.whatsapp;

import java.time.Duration;
import java.util.Optional;

/// A call to WhatsApp that did not succeed.
final class WhatsAppFailure extends Exception {
  private static final long serialVersionUID = 1;

  /// What is known of the call.
  enum Kind {
    /// WhatsApp said no, with a code.
    REFUSED,
    /// WhatsApp was not reached, is broken, or asked for a slower pace.
    NOT_TAKEN,
    /// It was written, and no answer came that can be read.
    UNKNOWN
  }

  private final Kind kind;
  private final int code;
  private final Optional<Duration> retryAfter;

  /// @param code of Meta's; -1 without one
  /// @param description in Meta's words or ours; never with the token
  WhatsAppFailure(Kind kind, int code, String description, Optional<Duration> retryAfter) {
    super(description);
    this.kind = kind;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  Kind kind() {
    return kind;
  }

  int code() {
    return code;
  }

  String description() {
    return String.valueOf(getMessage());
  }

  Optional<Duration> retryAfter() {
    return retryAfter;
  }

  boolean isOfToken() {
    return kind == Kind.REFUSED && WhatsAppErrors.isOfToken(code);
  }

  /// The app's secret is not that of the token's app.
  boolean isOfAppSecret() {
    return kind == Kind.REFUSED && description().contains("appsecret_proof");
  }

  /// For the owner.
  String sentence() {
    if (kind != Kind.REFUSED) {
      return description();
    }
    return isOfAppSecret()
        ? WhatsAppErrors.APP_SECRET_REFUSED
        : WhatsAppErrors.sentence(code, description());
  }
}
