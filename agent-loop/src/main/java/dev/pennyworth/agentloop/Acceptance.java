package dev.pennyworth.agentloop;

import dev.pennyworth.billing.TurnId;
import java.util.Optional;

/// What became of a message at the door.
public sealed interface Acceptance {
  /// It is stored and will be answered.
  ///
  /// @param rate the limit with the fewest events left; empty if none applies
  record Accepted(TurnId turn, Optional<RateState> rate) implements Acceptance {}

  /// It was stored before. Nothing was counted.
  record Duplicate(TurnId turn) implements Acceptance {}

  /// It was not stored.
  record RateLimited(RateState rate) implements Acceptance {}
}
