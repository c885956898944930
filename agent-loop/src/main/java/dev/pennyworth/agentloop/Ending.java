package dev.pennyworth.agentloop;

import dev.pennyworth.billing.Refusal;
import java.util.Optional;

/// How a turn ended.
///
/// @param refusal what ended it, if that was money or a limit
/// @param problem what went wrong, for the bot's owner; never a secret, never a message's text
record Ending(StopReason reason, Optional<Refusal> refusal, Optional<String> problem) {
  static Ending of(StopReason reason) {
    return new Ending(reason, Optional.empty(), Optional.empty());
  }

  static Ending refused(Refusal refusal) {
    return new Ending(StopReason.of(refusal), Optional.of(refusal), Optional.empty());
  }

  static Ending problem(StopReason reason, String problem) {
    return new Ending(reason, Optional.empty(), Optional.of(problem));
  }
}
