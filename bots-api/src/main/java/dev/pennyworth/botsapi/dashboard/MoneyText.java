package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Money as people read it: in US dollars, never in scientific notation. What is shown may be
/// rounded; what a pointer finds above it is exact.
public final class MoneyText {
  private static final int NANO_DIGITS = 9;
  private static final BigDecimal CENT = new BigDecimal("0.01");
  private static final BigDecimal DOLLAR = BigDecimal.ONE;
  private static final BigDecimal SMALL = new BigDecimal("0.000001");

  private MoneyText() {}

  /// With as many digits as tell something: two from a dollar on, four from a cent on, six below,
  /// and all nine of them where even those would be nought.
  public static String shown(NanoUsd amount) {
    var dollars = dollars(amount);
    var size = dollars.abs();
    if (size.signum() == 0 || size.compareTo(DOLLAR) >= 0) {
      return written(dollars.setScale(2, RoundingMode.HALF_UP));
    }
    if (size.compareTo(SMALL) < 0) {
      return written(dollars.stripTrailingZeros());
    }
    int digits = size.compareTo(CENT) < 0 ? 6 : 4;
    return written(atLeastCents(dollars.setScale(digits, RoundingMode.HALF_UP)));
  }

  /// What can be spent: in whole cents, and never more than there is.
  public static String purse(NanoUsd amount) {
    var dollars = dollars(amount);
    return dollars.signum() > 0 && dollars.compareTo(CENT) < 0
        ? shown(amount)
        : written(dollars.setScale(2, RoundingMode.FLOOR));
  }

  /// Every digit.
  public static String exact(NanoUsd amount) {
    return written(atLeastCents(dollars(amount)));
  }

  /// Every digit, and as many of them as the longest of a column has: the points stand in a line.
  public static String aligned(NanoUsd amount, int digits) {
    return written(atLeastCents(dollars(amount)).setScale(digits, RoundingMode.UNNECESSARY));
  }

  /// How many digits after the point are needed for every digit of an amount.
  static int digits(NanoUsd amount) {
    return atLeastCents(dollars(amount)).scale();
  }

  /// As a field of a form has it: dollars without a sign.
  public static String field(NanoUsd amount) {
    return atLeastCents(dollars(amount)).toPlainString();
  }

  private static BigDecimal dollars(NanoUsd amount) {
    return BigDecimal.valueOf(amount.nanos(), NANO_DIGITS);
  }

  private static BigDecimal atLeastCents(BigDecimal dollars) {
    var stripped = dollars.stripTrailingZeros();
    return stripped.scale() < 2 ? stripped.setScale(2) : stripped;
  }

  private static String written(BigDecimal dollars) {
    var plain = dollars.abs().toPlainString();
    int point = plain.indexOf('.');
    var whole = new StringBuilder(point < 0 ? plain : plain.substring(0, point));
    for (int i = whole.length() - 3; i > 0; i -= 3) {
      whole.insert(i, ',');
    }
    return (dollars.signum() < 0 ? "−$" : "$") + whole + (point < 0 ? "" : plain.substring(point));
  }
}
