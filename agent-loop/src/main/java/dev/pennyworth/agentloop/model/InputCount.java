package dev.pennyworth.agentloop.model;

/// Counts the tokens of a request's texts by part of the context.
final class InputCount {
  private InputCount() {}

  /// What stands before the current message is history, tool results of the past included. What
  /// stands after it, the model's calls of tools and their results, counts as tool results.
  static InputParts of(ModelRequest request, TokenCounter counter) {
    var parts =
        new InputParts(counter.count(request.systemPrompt()), tools(request, counter), 0, 0, 0);
    for (int i = 0; i < request.messages().size(); i++) {
      long tokens = message(request.messages().get(i), counter);
      parts = parts.plus(at(i - request.currentMessageIndex(), tokens));
    }
    return parts;
  }

  private static long tools(ModelRequest request, TokenCounter counter) {
    return request.tools().stream()
        .mapToLong(tool ->
            counter.count(tool.name())
                + counter.count(tool.description())
                + counter.count(tool.parametersJson()))
        .sum();
  }

  private static long message(ChatMessage message, TokenCounter counter) {
    return switch (message) {
      case ChatMessage.User(var text) -> counter.count(text);
      case ChatMessage.Assistant(var text, var calls) -> {
        long tokens = counter.count(text);
        for (var call : calls) {
          tokens += toolCall(call, counter);
        }
        yield tokens;
      }
      case ChatMessage.ToolResult(_, _, var text) -> counter.count(text);
    };
  }

  static long toolCall(ToolCall call, TokenCounter counter) {
    return counter.count(call.toolName()) + counter.count(call.argumentsJson());
  }

  private static InputParts at(int distanceFromCurrent, long tokens) {
    return switch (Integer.signum(distanceFromCurrent)) {
      case -1 -> new InputParts(0, 0, tokens, 0, 0);
      case 0 -> new InputParts(0, 0, 0, tokens, 0);
      default -> new InputParts(0, 0, 0, 0, tokens);
    };
  }
}
