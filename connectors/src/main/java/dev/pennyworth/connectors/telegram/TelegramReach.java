package dev.pennyworth.connectors.telegram;

import dev.pennyworth.connectors.WebhookReach;

/// How messages come from Telegram: it sends them where it can reach us, and else they are fetched
/// by polling. Telegram's own servers send to https addresses on the internet only; a Bot API
/// server of the operator's sends to any address that he set.
///
/// @param isElsewhere whether the API is not Telegram's own
record TelegramReach(WebhookReach webhooks, boolean isElsewhere) {
  boolean isPolled() {
    return !webhooks.isPublic() && !(isElsewhere && webhooks.isSet());
  }
}
