package dev.pennyworth.connectors;

import java.time.Duration;
import java.util.Optional;

/// What came of sending a part. Texts are for the owner: never a secret, never a message's text.
public sealed interface Sent {
  /// The platform has it.
  ///
  /// @param messageId as the platform names it
  record Accepted(Optional<String> messageId) implements Sent {}

  /// The platform does not have it, and may take it later: it is busy, broken, or was not reached.
  ///
  /// @param after no sooner than this; empty to choose
  record NotYet(Optional<Duration> after, String why) implements Sent {}

  /// The platform does not have it, and never will: trying again cannot help.
  record Refused(String why) implements Sent {}

  /// Nobody knows: it was written, and no answer came.
  record Unknown(String why) implements Sent {}
}
