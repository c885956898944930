package dev.pennyworth.botsapi;

import dev.pennyworth.billing.BotId;
import dev.pennyworth.botsapi.accounts.Caller;
import org.jdbi.v3.core.Handle;

/// Who can make the bot that the first start greets with. Answered by the room that owns bots,
/// through the same door as `POST /api/bots`.
public interface StarterBot {
  /// Makes "Penny": provider `builtin`, model `pennyworth-mini`, platform `custom`. Joins the
  /// caller's transaction.
  BotId create(Handle tx, Caller owner);
}
