package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.time.Instant;
import java.util.Map;

/// A bot as it stands in the database.
///
/// @param settingsJson what the owner set, as he wrote it: no defaults, no limits, no secrets
/// @param fingerprints of its secrets, by name
record Bot(
    TeamId team,
    BotId id,
    String slug,
    String status,
    String settingsJson,
    BotDocument document,
    Map<String, String> fingerprints,
    Instant createdAt,
    Instant updatedAt) {
  Bot {
    fingerprints = Map.copyOf(fingerprints);
  }
}
