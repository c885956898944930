package dev.pennyworth.connectors.telegram;

import java.time.Duration;
import java.util.Optional;

/// A call to Telegram that did not succeed.
final class TelegramFailure extends Exception {
  private static final long serialVersionUID = 1;

  /// What is known of the call.
  enum Kind {
    /// Telegram said no, with a code.
    REFUSED,
    /// Telegram was not reached, or something before it answered that it is broken.
    NOT_TAKEN,
    /// It was written, and no answer came that can be read.
    UNKNOWN
  }

  private final Kind kind;
  private final int code;
  private final Optional<Duration> retryAfter;
  private final Optional<Long> movedTo;

  /// @param code as Telegram gave it; 0 without one
  /// @param description in Telegram's words or ours; never with the token
  /// @param movedTo the chat's new id, if it has one
  TelegramFailure(
      Kind kind,
      int code,
      String description,
      Optional<Duration> retryAfter,
      Optional<Long> movedTo) {
    super(description);
    this.kind = kind;
    this.code = code;
    this.retryAfter = retryAfter;
    this.movedTo = movedTo;
  }

  TelegramFailure(Kind kind, String description) {
    this(kind, 0, description, Optional.empty(), Optional.empty());
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

  /// The id of the supergroup that the group has become.
  Optional<Long> movedTo() {
    return movedTo;
  }

  /// Telegram does not know the token: 401, or 404 if it has no token's shape.
  boolean isOfToken() {
    return kind == Kind.REFUSED && (code == 401 || code == 404);
  }
}
