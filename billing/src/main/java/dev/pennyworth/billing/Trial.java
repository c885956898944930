package dev.pennyworth.billing;

import java.util.Optional;

/// What the gate would answer now. Nothing is set aside, so nothing can be called with it.
public sealed interface Trial {
  /// It would be held.
  ///
  /// @param outputTokensMax that would go on the wire; less than was wanted if a limit lowered it
  /// @param inTheWay the limit that lowered it; empty if nothing was lowered, or a plan's tokens
  ///   did
  record Fits(NanoUsd amount, long inputTokensMax, long outputTokensMax, Optional<Refusal> inTheWay)
      implements Trial {}

  /// It would be refused.
  record DoesNotFit(Refusal refusal) implements Trial {}
}
