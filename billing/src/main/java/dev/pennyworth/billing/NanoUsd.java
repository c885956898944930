package dev.pennyworth.billing;

import java.util.Optional;
import java.util.regex.Pattern;

/// An amount of money: a whole number of nano-dollars (10^-9 USD). Overflow throws.
public record NanoUsd(long nanos) implements Comparable<NanoUsd> {
  public static final NanoUsd ZERO = new NanoUsd(0);

  private static final long NANOS_PER_CENT = 10_000_000;
  private static final int CENT_FRACTION_DIGITS = 7;
  private static final Pattern CENTS = Pattern.compile("(-?)(\\d{1,12})(?:\\.(\\d{1,7})0*)?");

  public static NanoUsd ofCents(long cents) {
    return new NanoUsd(Math.multiplyExact(cents, NANOS_PER_CENT));
  }

  /// Reads cents in plain decimal notation with up to 7 fraction digits, such as `0.2085`; empty if
  /// the text is anything else, an amount of 10^12 cents or more included.
  public static Optional<NanoUsd> parseCents(String text) {
    var matcher = CENTS.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String fraction = matcher.group(3) == null ? "" : matcher.group(3);
    String padded = fraction + "0".repeat(CENT_FRACTION_DIGITS - fraction.length());
    long nanos =
        Math.addExact(
            Math.multiplyExact(Long.parseLong(matcher.group(2)), NANOS_PER_CENT),
            Long.parseLong(padded));
    return Optional.of(new NanoUsd(matcher.group(1).isEmpty() ? nanos : -nanos));
  }

  /// Cents in plain decimal notation without trailing zeros: 97,950 nano-dollars are `0.009795`.
  public String toCents() {
    long whole = nanos / NANOS_PER_CENT;
    long fraction = Math.abs(nanos % NANOS_PER_CENT);
    String sign = nanos < 0 ? "-" : "";
    String digits = sign + Math.abs(whole);
    if (fraction == 0) {
      return digits;
    }
    String padded = Long.toString(NANOS_PER_CENT + fraction).substring(1);
    return digits + "." + padded.replaceAll("0+$", "");
  }

  public NanoUsd plus(NanoUsd other) {
    return new NanoUsd(Math.addExact(nanos, other.nanos));
  }

  public NanoUsd minus(NanoUsd other) {
    return new NanoUsd(Math.subtractExact(nanos, other.nanos));
  }

  public NanoUsd negated() {
    return new NanoUsd(Math.negateExact(nanos));
  }

  public NanoUsd min(NanoUsd other) {
    return nanos <= other.nanos ? this : other;
  }

  public NanoUsd max(NanoUsd other) {
    return nanos >= other.nanos ? this : other;
  }

  public boolean isNegative() {
    return nanos < 0;
  }

  @Override
  public int compareTo(NanoUsd other) {
    return Long.compare(nanos, other.nanos);
  }

  @Override
  public String toString() {
    return nanos + " nano-dollars";
  }
}
