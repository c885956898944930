package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.Optional;

/// A bot that is active.
///
/// @param changedAt when its owner changed it last
/// @param since when it became active; empty where that is not known
public record ActiveBot(TeamId team, BotId bot, Instant changedAt, Optional<Instant> since) {}
