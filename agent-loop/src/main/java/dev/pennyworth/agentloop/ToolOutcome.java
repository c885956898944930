package dev.pennyworth.agentloop;

import java.time.Duration;

/// What a tool call brought: its result, or what went wrong, in words for the model.
record ToolOutcome(String text, boolean isSuccess, Duration latency) {}
