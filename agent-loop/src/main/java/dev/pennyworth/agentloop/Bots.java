package dev.pennyworth.agentloop;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.billing.TeamId;
import java.util.Optional;

/// Who knows the bots. Answered by the module that owns them.
public interface Bots {
  /// The bot as it is now; empty if it was deleted. Takes and returns its own connection.
  Optional<BotSettings> find(TeamId team, BotId bot);
}
