package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.bots.BotDesk;
import dev.pennyworth.botsapi.events.RecentEvents;
import java.util.List;
import java.util.Optional;

/// What an owner sees first.
///
/// @param spend empty for who may not read money
public record HomePage(
    Optional<Spend> spend,
    List<BotDesk.Overview> bots,
    boolean hasMoreBots,
    List<BotDesk.Parked> parked,
    List<RecentEvents.Headline> events) {
  public HomePage {
    bots = List.copyOf(bots);
    parked = List.copyOf(parked);
    events = List.copyOf(events);
  }

  /// What the team's bots cost.
  public record Spend(NanoUsd today, NanoUsd month, long messagesToday, long messagesMonth) {}
}
