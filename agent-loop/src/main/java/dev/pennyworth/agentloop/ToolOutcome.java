package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.tools.ToolEnd;
import java.time.Duration;

/// What a tool call brought: its result, or what went wrong, in words for the model.
record ToolOutcome(String text, ToolEnd end, Duration latency) {
  boolean isSuccess() {
    return end == ToolEnd.DONE;
  }
}
