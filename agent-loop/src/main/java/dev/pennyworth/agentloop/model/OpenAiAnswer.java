package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the body of a chat completion.
///
/// Read as a tree, not as the SDK's classes: servers that speak OpenAI's protocol leave out fields
/// which those demand, and send null for others. A field that is missing here is empty, never an
/// exception.
final class OpenAiAnswer {
  static final int TOOL_CALLS_MAX = 128;

  private static final int RAW_USAGE_CHARACTERS_MAX = 8_000;
  private static final int REQUEST_ID_CHARACTERS_MAX = 200;

  private OpenAiAnswer() {}

  /// Empty if the body is not a chat completion that can be used: neither a choice nor a usage.
  static Optional<Answered> read(String body, Optional<String> requestIdHeader) {
    return parse(body).flatMap(tree -> read(tree, requestIdHeader));
  }

  private static Optional<JsonNode> parse(String body) {
    try {
      return Optional.ofNullable(ObjectMappers.jsonMapper().readTree(body));
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }

  /// The same of a body that is parsed already.
  static Optional<Answered> read(JsonNode body, Optional<String> requestIdHeader) {
    JsonNode choice = body.path("choices").path(0);
    JsonNode message = choice.path("message");
    var usage = OpenAiUsage.read(body.path("usage"));
    if (!message.isObject() && usage.isEmpty()) {
      return Optional.empty();
    }
    var toolCalls = toolCalls(message.path("tool_calls"));
    return Optional.of(
        new Answered(
            text(message),
            toolCalls,
            finish(choice.path("finish_reason").asText(), !toolCalls.isEmpty()),
            usage,
            false,
            requestId(requestIdHeader, body.path("id")),
            rawUsage(body.path("usage"))));
  }

  /// A refusal is what the model said, where it said nothing else.
  private static String text(JsonNode message) {
    String content = content(message.path("content"));
    return CleanText.of(content.isEmpty() ? message.path("refusal").asText("") : content);
  }

  static String content(JsonNode content) {
    if (!content.isArray()) {
      return content.asText(""); // null counts as empty
    }
    var parts = new StringBuilder();
    content.forEach(part -> parts.append(part.path("text").asText("")));
    return parts.toString();
  }

  private static List<ToolCall> toolCalls(JsonNode nodes) {
    var calls = new ArrayList<ToolCall>();
    for (var node : nodes) {
      if (calls.size() == TOOL_CALLS_MAX) {
        break;
      }
      calls.add(toolCall(node, calls.size() + 1));
    }
    return calls;
  }

  private static ToolCall toolCall(JsonNode call, int number) {
    JsonNode function = call.path("function");
    String id = call.path("id").asText("");
    JsonNode arguments = function.path("arguments");
    // A string that holds JSON; some servers send the object itself.
    String argumentsJson = arguments.isObject() ? arguments.toString() : arguments.asText("");
    return new ToolCall(
        id.isEmpty() ? "call_" + number : CleanText.of(id),
        CleanText.of(function.path("name").asText("")),
        argumentsJson.isBlank() ? "{}" : CleanText.of(argumentsJson));
  }

  /// Some servers end with `stop` and ask for tools all the same. An unknown reason is a plain end.
  private static Finish finish(String reason, boolean isAskingForTools) {
    return switch (reason) {
      case "length" -> Finish.LENGTH;
      case "content_filter" -> Finish.CONTENT_FILTER;
      default -> isAskingForTools ? Finish.TOOL_CALLS : Finish.STOP;
    };
  }

  private static Optional<String> requestId(Optional<String> header, JsonNode bodyId) {
    return header
        .filter(id -> !id.isBlank())
        .or(() -> Optional.of(bodyId.asText("")).filter(id -> !id.isBlank()))
        .map(CleanText::of)
        .map(id -> id.substring(0, Math.min(id.length(), REQUEST_ID_CHARACTERS_MAX)));
  }

  private static Optional<String> rawUsage(JsonNode usage) {
    return Optional.of(usage)
        .filter(JsonNode::isObject)
        .map(JsonNode::toString)
        .map(CleanText::of)
        .filter(json -> json.length() <= RAW_USAGE_CHARACTERS_MAX);
  }
}
