package dev.pennyworth.agentloop.tools;

/// What a tool answered, as the model reads it. It may be too long yet.
public record ToolResult(String text) {}
