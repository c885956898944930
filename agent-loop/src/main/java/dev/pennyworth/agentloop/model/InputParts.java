package dev.pennyworth.agentloop.model;

/// Tokens of a model's input by where they come from.
public record InputParts(
    long systemPrompt,
    long toolDefinitions,
    long conversationHistory,
    long currentMessage,
    long toolResults) {
  public static final InputParts NONE = new InputParts(0, 0, 0, 0, 0);

  public long total() {
    return systemPrompt + toolDefinitions + conversationHistory + currentMessage + toolResults;
  }

  public InputParts plus(InputParts other) {
    return new InputParts(
        systemPrompt + other.systemPrompt,
        toolDefinitions + other.toolDefinitions,
        conversationHistory + other.conversationHistory,
        currentMessage + other.currentMessage,
        toolResults + other.toolResults);
  }
}
