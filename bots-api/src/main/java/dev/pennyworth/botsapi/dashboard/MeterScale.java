package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// How long the bars of a meter are, in hundredths of the limit.
///
/// @param spentEnd where what is spent ends
/// @param heldEnd where what is held on top of it ends
public record MeterScale(String spentEnd, String heldEnd, String kind) {
  private static final BigDecimal ALL = BigDecimal.valueOf(100);
  private static final BigDecimal NEARLY = BigDecimal.valueOf(80);

  public static MeterScale of(NanoUsd spent, NanoUsd held, NanoUsd limit) {
    var spentEnd = share(spent, limit);
    var heldEnd = share(spent.plus(held), limit);
    return new MeterScale(spentEnd.toPlainString(), heldEnd.toPlainString(), kind(heldEnd));
  }

  /// A limit of nothing is used up.
  private static BigDecimal share(NanoUsd part, NanoUsd limit) {
    if (limit.nanos() <= 0) {
      return ALL;
    }
    return BigDecimal.valueOf(Math.max(0, part.nanos()))
        .multiply(ALL)
        .divide(BigDecimal.valueOf(limit.nanos()), 2, RoundingMode.HALF_UP)
        .min(ALL);
  }

  private static String kind(BigDecimal used) {
    if (used.compareTo(ALL) >= 0) {
      return "full";
    }
    return used.compareTo(NEARLY) >= 0 ? "nearly" : "well";
  }
}
