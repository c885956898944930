package dev.pennyworth.billing;

/// What is used of a plan's period.
///
/// @param overageSpent what went to the wallet after the grant was used up
public record PlanUse(
    NanoUsd creditsSpent,
    NanoUsd creditsHeld,
    long tokensSpent,
    long tokensHeld,
    NanoUsd overageSpent,
    NanoUsd overageHeld) {
  static final PlanUse NONE =
      new PlanUse(NanoUsd.ZERO, NanoUsd.ZERO, 0, 0, NanoUsd.ZERO, NanoUsd.ZERO);
}
