package dev.pennyworth.connectors;

import dev.pennyworth.billing.BotId;
import java.util.Optional;

/// Who knows the bots behind the webhooks. Answered by the module that owns them.
public interface WebhookBots {
  /// The bot as it is now; empty if there is none or it was deleted. Reads only.
  Optional<WebhookBot> find(BotId bot);
}
