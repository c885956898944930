package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolSpec;
import java.time.ZoneId;

/// Something that a model can ask for besides writing. Calling one twice must do no harm.
interface Tool {
  ToolSpec spec();

  /// Runs it.
  ///
  /// @param argumentsJson as the model wrote them
  /// @param zone the bot's
  /// @throws ToolFailed with a text for the model
  String call(String argumentsJson, ZoneId zone) throws ToolFailed;

  /// A call that went wrong; the message tells the model what to do better.
  final class ToolFailed extends Exception {
    private static final long serialVersionUID = 1;

    ToolFailed(String message) {
      super(message);
    }
  }
}
