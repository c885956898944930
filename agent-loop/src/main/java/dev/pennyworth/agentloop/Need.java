package dev.pennyworth.agentloop;

import dev.pennyworth.billing.NanoUsd;

/// What the next step of a parked turn asks of the gate, kept so that somebody can look whether
/// there is room for it by now.
sealed interface Need {
  /// The step's place in the turn.
  int step();

  /// The most that it can cost, if there is room: what an owner who approves approves of.
  NanoUsd cost();

  /// A model call.
  record Tokens(int step, String model, long inputTokensMax, NanoUsd cost) implements Need {}

  /// Calls of tools, the first of which stands at the place.
  record Amount(int step, NanoUsd cost) implements Need {}
}
