package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.StarterBot;
import dev.pennyworth.botsapi.accounts.Caller;
import java.nio.charset.StandardCharsets;
import org.jdbi.v3.core.Handle;

/// The bot that the first start greets with.
final class Penny implements StarterBot {
  private static final String REQUEST =
      """
      {
        "name": "Penny",
        "platform": "custom",
        "description": "Made at the first start, to try things with.",
        "system_prompt": "You are Penny, a friendly bot that shows what Pennyworth does.",
        "llm_provider": "builtin",
        "llm_model": "pennyworth-mini",
        "spending_cap_cents": 100
      }
      """;

  private final OwnersBots bots;

  Penny(OwnersBots bots) {
    this.bots = bots;
  }

  @Override
  public BotId create(Handle tx, Caller owner) {
    return bots.create(tx, owner, REQUEST.getBytes(StandardCharsets.UTF_8)).id();
  }
}
