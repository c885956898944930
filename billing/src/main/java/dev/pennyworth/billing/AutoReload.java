package dev.pennyworth.billing;

import java.util.Optional;

/// How a team's wallet is filled again by itself: when less than the threshold is available, the
/// saved card is charged the amount. What was never set is empty.
///
/// @param monthlyCeiling the most that is charged so in a calendar month (UTC)
public record AutoReload(
    boolean enabled,
    Optional<NanoUsd> threshold,
    Optional<NanoUsd> amount,
    Optional<NanoUsd> monthlyCeiling) {

  public static final AutoReload OFF =
      new AutoReload(false, Optional.empty(), Optional.empty(), Optional.empty());
}
