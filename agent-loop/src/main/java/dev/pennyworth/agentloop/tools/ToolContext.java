package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.ConversationId;
import dev.pennyworth.billing.StepKey;
import java.time.Duration;
import java.time.ZoneId;

/// For whom and within what a tool is called.
///
/// @param key names team, bot and turn, and the step that the call is
/// @param endUser who writes to the bot, as the platform names him
/// @param zone the bot's
/// @param timeLeft how long the call may take: the tool's own limit or what is left of the turn
public record ToolContext(
    StepKey key, ConversationId conversation, String endUser, ZoneId zone, Duration timeLeft) {

  /// The same for each attempt at one call, and for no other call.
  public String idempotencyKey() {
    return key.turn() + "/" + key.step();
  }
}
