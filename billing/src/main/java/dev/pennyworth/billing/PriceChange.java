package dev.pennyworth.billing;

import java.util.Map;
import java.util.Optional;

/// A version that was added to the prices.
///
/// @param priceId of the new version
/// @param from the figures in force before; empty if there were none
/// @param to the new figures
public record PriceChange(
    String priceId, Optional<Map<String, String>> from, Map<String, String> to) {
  public PriceChange {
    to = Map.copyOf(to);
  }
}
