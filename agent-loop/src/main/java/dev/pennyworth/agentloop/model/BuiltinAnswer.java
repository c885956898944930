package dev.pennyworth.agentloop.model;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the practice model has to say to a request, before it is cut to its `max_tokens`.
///
/// @param toolCalls the tools that it wants called first
record BuiltinAnswer(String text, List<ToolCall> toolCalls) {
  private static final Pattern TOOL_LINE =
      Pattern.compile("^[ \\t]*/tool[ \\t]+(\\S+)[ \\t]*(.*?)[ \\t\\r]*$", Pattern.MULTILINE);
  private static final int TOOL_LINES_MAX = 16;
  private static final int QUOTE_CHARACTERS_MAX = 500;

  BuiltinAnswer {
    toolCalls = List.copyOf(toolCalls);
  }

  static BuiltinAnswer to(ModelRequest request) {
    var results = toolResults(request);
    if (!results.isEmpty()) {
      return new BuiltinAnswer(tell(results), List.of());
    }
    String message = currentMessage(request);
    var asked = askedTools(message);
    if (asked.isEmpty()) {
      return new BuiltinAnswer(acknowledge(request, message), List.of());
    }
    var offered = offeredNames(request);
    var calls = asked.stream().filter(call -> offered.contains(call.toolName())).toList();
    var missing =
        asked.stream().map(ToolCall::toolName).filter(name -> !offered.contains(name)).toList();
    return new BuiltinAnswer(missing.isEmpty() ? "" : decline(missing, offered), calls);
  }

  private static List<ChatMessage.ToolResult> toolResults(ModelRequest request) {
    return request.messages().stream()
        .skip(request.currentMessageIndex() + 1L)
        .filter(ChatMessage.ToolResult.class::isInstance)
        .map(ChatMessage.ToolResult.class::cast)
        .toList();
  }

  private static String tell(List<ChatMessage.ToolResult> results) {
    return results.stream()
        .map(result -> "The tool %s answered: %s".formatted(result.toolName(), result.text()))
        .map(CleanText::of)
        .collect(Collectors.joining("\n"));
  }

  private static String currentMessage(ModelRequest request) {
    return switch (request.messages().get(request.currentMessageIndex())) {
      case ChatMessage.User(var text) -> CleanText.of(text);
      case ChatMessage.Assistant(var text, _) -> CleanText.of(text);
      case ChatMessage.ToolResult(_, _, var text) -> CleanText.of(text);
    };
  }

  private static List<ToolCall> askedTools(String message) {
    var calls = new ArrayList<ToolCall>();
    var line = TOOL_LINE.matcher(message);
    while (calls.size() < TOOL_LINES_MAX && line.find()) {
      String arguments = line.group(2).isEmpty() ? "{}" : line.group(2);
      calls.add(new ToolCall("call_" + (calls.size() + 1), line.group(1), arguments));
    }
    return calls;
  }

  private static List<String> offeredNames(ModelRequest request) {
    return request.tools().stream().map(ToolSpec::name).toList();
  }

  private static String decline(List<String> missing, List<String> offered) {
    return "I was asked for %s, which I am not offered. %s"
        .formatted(String.join(", ", missing), offer(offered));
  }

  private static String acknowledge(ModelRequest request, String message) {
    return """
    This is %s, Pennyworth's built-in practice model: a small program, not a language model.
    You wrote: “%s”
    %s
    %s\
    """
        .formatted(request.model(), quote(message), earlier(request), offer(offeredNames(request)));
  }

  private static String quote(String message) {
    if (message.codePointCount(0, message.length()) <= QUOTE_CHARACTERS_MAX) {
      return message.strip();
    }
    return message.substring(0, message.offsetByCodePoints(0, QUOTE_CHARACTERS_MAX)).strip() + "…";
  }

  private static String earlier(ModelRequest request) {
    long earlier =
        request.messages().stream()
            .limit(request.currentMessageIndex())
            .filter(BuiltinAnswer::isSaid)
            .count();
    if (earlier == 0) {
      return "It is the first message that I see.";
    }
    return earlier == 1
        ? "I see 1 earlier message of our conversation."
        : "I see %d earlier messages of our conversation.".formatted(earlier);
  }

  private static boolean isSaid(ChatMessage message) {
    return switch (message) {
      case ChatMessage.User _ -> true;
      case ChatMessage.Assistant(var text, _) -> !text.isEmpty();
      case ChatMessage.ToolResult _ -> false;
    };
  }

  private static String offer(List<String> offered) {
    if (offered.isEmpty()) {
      return "I am offered no tools.";
    }
    return "I can call %s: write a line such as /tool %s {}"
        .formatted(String.join(", ", offered), offered.getFirst());
  }
}
