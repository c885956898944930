package dev.pennyworth.connectors.discord;

import java.time.Duration;
import java.util.Optional;

/// A call to Discord that did not succeed.
final class DiscordFailure extends Exception {
  private static final long serialVersionUID = 1;

  /// What is known of the call.
  enum Kind {
    /// Discord said no.
    REFUSED,
    /// Discord asked to wait, was not reached, or something before it answered that it is broken.
    NOT_TAKEN,
    /// It was written, and no answer came that can be read.
    UNKNOWN
  }

  private final Kind kind;
  private final int status;
  private final int code;
  private final Optional<Duration> retryAfter;

  private DiscordFailure(
      Kind kind, int status, int code, String description, Optional<Duration> retryAfter) {
    super(description);
    this.kind = kind;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /// @param status of HTTP
  /// @param code of Discord's own list; 0 without one
  /// @param description in Discord's words
  static DiscordFailure refused(int status, int code, String description) {
    return new DiscordFailure(Kind.REFUSED, status, code, description, Optional.empty());
  }

  static DiscordFailure tooFast(Optional<Duration> retryAfter) {
    return new DiscordFailure(
        Kind.NOT_TAKEN, 429, 0, "Discord asked for a slower pace.", retryAfter);
  }

  static DiscordFailure broken(int status) {
    return new DiscordFailure(
        Kind.NOT_TAKEN,
        status,
        0,
        "Discord is broken for the moment (status %d).".formatted(status),
        Optional.empty());
  }

  static DiscordFailure notReached() {
    return new DiscordFailure(Kind.NOT_TAKEN, 0, 0, "Discord was not reached.", Optional.empty());
  }

  static DiscordFailure unknown() {
    return new DiscordFailure(Kind.UNKNOWN, 0, 0, "Discord did not answer.", Optional.empty());
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

  boolean isRefused() {
    return kind == Kind.REFUSED;
  }

  /// Discord does not know the token.
  boolean isOfToken() {
    return isRefused() && status == 401;
  }

  /// What was named is not there, or not any more.
  boolean isOfWhatIsGone() {
    return isRefused() && status == 404;
  }
}
