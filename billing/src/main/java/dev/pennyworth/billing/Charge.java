package dev.pennyworth.billing;

import java.util.List;

/// The settled cost of a step.
///
/// @param cost at list price; an estimate under byok
/// @param billed what was taken from the wallet
/// @param flags what is unusual about it: `estimated`, `usage_missing`, `over_hold`, `unpriced`
public record Charge(NanoUsd cost, NanoUsd billed, List<String> flags) {
  /// Of a step that costs nothing.
  public static final Charge NONE = new Charge(NanoUsd.ZERO, NanoUsd.ZERO, List.of());

  public Charge {
    flags = List.copyOf(flags);
  }
}
