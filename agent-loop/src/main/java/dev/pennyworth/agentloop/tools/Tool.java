package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.util.Optional;

/// Something that a model can ask for besides writing.
public interface Tool {
  /// As it is offered to models.
  ToolSpec spec();

  /// What its owner wants for a call; empty if he set nothing.
  Optional<ToolPrice> price();

  /// The longest that a call may take.
  Duration timeout();

  /// Whether calling it once more, with the same arguments, does no harm. Only then is a call
  /// repeated whose outcome was lost.
  boolean isRepeatable();

  /// Runs it, and blocks until it is done. An interrupt ends it.
  ///
  /// @param argumentsJson a JSON object that fits the schema of [#spec]
  /// @throws ToolFailed with a text for the model
  ToolResult call(String argumentsJson, ToolContext context) throws ToolFailed;
}
