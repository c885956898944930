package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;

/// A bot that is active.
///
/// @param changedAt when its owner changed it last
public record ActiveBot(TeamId team, BotId bot, Instant changedAt) {}
