package dev.pennyworth.botsapi.events;

import java.time.Duration;
import java.util.Optional;

/// What came of one attempt.
sealed interface DeliveryOutcome {
  /// It got there.
  ///
  /// @param status empty for e-mail
  record Delivered(Optional<Integer> status) implements DeliveryOutcome {}

  /// It did not get there, and may the next time.
  ///
  /// @param status empty where nobody answered in HTTP
  /// @param error for the owner to read
  /// @param retryAfter how long the receiver asked to be left alone
  record Failed(Optional<Integer> status, String error, Optional<Duration> retryAfter)
      implements DeliveryOutcome {}

  /// It never will.
  ///
  /// @param isGone whether the receiver wants nothing any more
  record Refused(Optional<Integer> status, String error, boolean isGone)
      implements DeliveryOutcome {}

  static Failed failed(String error) {
    return new Failed(Optional.empty(), error, Optional.empty());
  }
}
