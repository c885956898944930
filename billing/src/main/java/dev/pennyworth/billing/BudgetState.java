package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Optional;

/// One limit and what has been used of it.
///
/// @param resetsAt when it starts afresh; empty if never
/// @param limit what the owner set; empty for no limit
public record BudgetState(
    LimitKind kind,
    Optional<Instant> resetsAt,
    Optional<NanoUsd> limit,
    NanoUsd spent,
    NanoUsd held) {

  /// What may still be set aside; below zero if the limit was lowered under what is committed.
  public Optional<NanoUsd> remaining() {
    return limit.map(all -> all.minus(spent).minus(held));
  }
}
