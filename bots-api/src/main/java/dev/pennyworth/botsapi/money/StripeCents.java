package dev.pennyworth.botsapi.money;

import dev.pennyworth.billing.NanoUsd;

/// Amounts as Stripe counts dollars: in whole cents.
final class StripeCents {
  private static final long NANOS_PER_CENT = NanoUsd.ofCents(1).nanos();

  private StripeCents() {}

  static boolean isWhole(NanoUsd amount) {
    return amount.nanos() % NANOS_PER_CENT == 0;
  }

  static long of(NanoUsd amount) {
    if (!isWhole(amount)) {
      throw new IllegalArgumentException("not whole cents: " + amount);
    }
    return amount.nanos() / NANOS_PER_CENT;
  }
}
