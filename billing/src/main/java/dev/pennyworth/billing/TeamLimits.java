package dev.pennyworth.billing;

import java.util.List;
import java.util.Optional;

/// What an owner set for his team.
///
/// @param monthly for all bots together, by months in UTC
/// @param overageCeiling for what a plan's period may cost beyond its grant; empty: the wallet
///   alone bounds it
/// @param alertPercents at which parts of each cap and of the monthly limit owners are told
public record TeamLimits(
    Optional<NanoUsd> monthly, Optional<NanoUsd> overageCeiling, List<Integer> alertPercents) {
  public static final TeamLimits NONE =
      new TeamLimits(Optional.empty(), Optional.empty(), List.of(50, 80, 100));

  public TeamLimits {
    alertPercents = List.copyOf(alertPercents);
  }
}
