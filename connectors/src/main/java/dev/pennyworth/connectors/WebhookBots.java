package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import java.util.List;
import java.util.Optional;

/// Who knows the bots behind the platforms. Answered by the module that owns them.
public interface WebhookBots {
  /// The bot as it is now; empty if there is none or it was deleted. Reads only.
  Optional<WebhookBot> find(BotId bot);

  /// The active bots of a platform, over all teams.
  List<ActiveBot> active(String platform);
}
