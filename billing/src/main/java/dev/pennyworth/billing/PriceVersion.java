package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Map;

/// One version in the price catalogue: what a model costs from a time on, or that it has no price
/// from then on.
///
/// @param price all zero if retired
public record PriceVersion(Price price, boolean isRetired) {

  Instant effectiveFrom() {
    return price.effectiveFrom();
  }

  /// Its figures as people read them: dollars per million tokens.
  Map<String, String> figures() {
    if (isRetired) {
      return Map.of("price_id", price.id(), "retired", "true");
    }
    return Map.of(
        "price_id",
        price.id(),
        "input",
        dollars(price.inputNanosPerMillion()),
        "output",
        dollars(price.outputNanosPerMillion()),
        "cache_read",
        dollars(price.cacheReadNanosPerMillion()),
        "cache_write",
        dollars(price.cacheWriteNanosPerMillion()),
        "cache_write_1h",
        dollars(price.cacheWriteHourNanosPerMillion()));
  }

  private static String dollars(long nanos) {
    long whole = nanos / PriceEntry.NANOS_PER_DOLLAR;
    String fraction =
        Long.toString(PriceEntry.NANOS_PER_DOLLAR + nanos % PriceEntry.NANOS_PER_DOLLAR)
            .substring(1)
            .replaceAll("0+$", "");
    return fraction.isEmpty() ? Long.toString(whole) : whole + "." + fraction;
  }
}
