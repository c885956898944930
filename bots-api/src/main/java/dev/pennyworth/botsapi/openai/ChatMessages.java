package dev.pennyworth.botsapi.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.SuppliedContext;
import dev.pennyworth.connectors.HttpFailure;
import java.util.ArrayList;
import java.util.List;

/// Reads a client's messages: the last one of the user's is what is to be answered, and the others
/// are what stands before it.
final class ChatMessages {
  private static final int MESSAGES_MAX = 2_000;
  private static final int TEXT_LENGTH_MAX = 100_000;
  private static final int ID_LENGTH_MAX = 200;
  private static final String ROLES = "system, developer, user, assistant or tool";

  private final SuppliedContext.Builder context;

  private ChatMessages(SuppliedContext.Builder context) {
    this.context = context;
  }

  /// The message to be answered. What stands before it is added to the context.
  ///
  /// @throws HttpFailure 400 or 422, naming the field
  static String read(JsonNode messages, SuppliedContext.Builder context) {
    if (!messages.isArray() || messages.isEmpty() || messages.size() > MESSAGES_MAX) {
      throw invalid("messages", "a list of 1 to %,d messages".formatted(MESSAGES_MAX));
    }
    int last = lastOfTheUser(messages);
    var reader = new ChatMessages(context);
    for (int i = 0; i < messages.size(); i++) {
      if (i != last) {
        reader.add(messages.get(i), "messages[%d]".formatted(i));
      }
    }
    return userText(messages.get(last), "messages[%d]".formatted(last));
  }

  private static int lastOfTheUser(JsonNode messages) {
    int last = -1;
    for (int i = 0; i < messages.size(); i++) {
      last = role(messages.get(i)).equals("user") ? i : last;
    }
    if (last < 0) {
      throw HttpFailure.invalidValue("messages", "messages must have one with the role user.");
    }
    for (int i = last + 1; i < messages.size(); i++) {
      if (!List.of("system", "developer").contains(role(messages.get(i)))) {
        throw HttpFailure.invalidValue(
            "messages[%d]".formatted(i),
            "The last message must be the user's: it is what the bot answers.");
      }
    }
    return last;
  }

  private static String role(JsonNode message) {
    return message.path("role").asText();
  }

  private void add(JsonNode message, String path) {
    String role = role(message);
    if (context.hasUnansweredCalls() && !role.equals("tool")) {
      throw HttpFailure.invalidValue(
          path, "A tool call before %s has no result with the role tool.".formatted(path));
    }
    switch (role) {
      case "system", "developer" -> addInstructions(text(message, path));
      case "user" -> context.user(userText(message, path));
      case "assistant" -> addAssistant(message, path);
      case "tool" -> addToolResult(message, path);
      default -> throw invalid(path + ".role", ROLES);
    }
  }

  private void addInstructions(String text) {
    if (!text.isBlank()) {
      context.instructions(text);
    }
  }

  private static String userText(JsonNode message, String path) {
    var text = CleanText.of(text(message, path));
    if (text.isEmpty()) {
      throw invalid(path + ".content", "a text of 1 to %,d characters".formatted(TEXT_LENGTH_MAX));
    }
    return text;
  }

  private void addAssistant(JsonNode message, String path) {
    var calls = new ArrayList<SuppliedContext.Call>();
    for (var call : message.path("tool_calls")) {
      calls.add(call(call, "%s.tool_calls[%d]".formatted(path, calls.size())));
    }
    var text = text(message, path);
    if (!text.isEmpty() || !calls.isEmpty()) {
      context.assistant(text, calls);
    }
  }

  private static SuppliedContext.Call call(JsonNode call, String path) {
    var function = call.path("function");
    return new SuppliedContext.Call(
        id(call.path("id"), path + ".id"),
        id(function.path("name"), path + ".function.name"),
        function.path("arguments").asText("{}"));
  }

  private void addToolResult(JsonNode message, String path) {
    var id = id(message.path("tool_call_id"), path + ".tool_call_id");
    if (!context.toolResult(id, text(message, path))) {
      throw invalid(path + ".tool_call_id", "the id of a tool call before it");
    }
  }

  private static String id(JsonNode node, String path) {
    if (!node.isTextual()
        || node.textValue().isEmpty()
        || node.textValue().length() > ID_LENGTH_MAX) {
      throw invalid(path, "a text of 1 to %,d characters".formatted(ID_LENGTH_MAX));
    }
    return node.textValue();
  }

  /// The message's text; empty if it has none. Its parts are joined line by line.
  private static String text(JsonNode message, String path) {
    var content = message.path("content");
    var text =
        switch (content.getNodeType()) {
          case MISSING, NULL -> message.path("refusal").asText("");
          case STRING -> content.textValue();
          case ARRAY -> parts(content, path + ".content");
          default -> throw invalid(path + ".content", "a text or a list of parts");
        };
    if (text.codePointCount(0, text.length()) > TEXT_LENGTH_MAX) {
      throw invalid(
          path + ".content", "a text of at most %,d characters".formatted(TEXT_LENGTH_MAX));
    }
    return text;
  }

  private static String parts(JsonNode content, String path) {
    var texts = new ArrayList<String>();
    for (int i = 0; i < content.size(); i++) {
      var part = content.get(i);
      texts.add(
          switch (part.path("type").asText()) {
            case "text" -> part.path("text").asText("");
            case "refusal" -> part.path("refusal").asText("");
            default ->
                throw ChatRequest.unsupported(
                    "%s[%d]".formatted(path, i), "A bot reads text: no images, sounds or files.");
          });
    }
    return String.join("\n", texts);
  }

  private static HttpFailure invalid(String field, String allowed) {
    return HttpFailure.invalidValue(field, "%s must be %s.".formatted(field, allowed), allowed);
  }
}
