package dev.pennyworth.agentloop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.model.ChatMessage;
import dev.pennyworth.agentloop.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How a [SuppliedContext] stands in the database.
final class SuppliedJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private SuppliedJson() {}

  static String write(SuppliedContext context) {
    var stored = JSON.createObjectNode();
    context.instructions().ifPresent(text -> stored.put("instructions", text));
    context.outputTokensMax().ifPresent(tokens -> stored.put("output_tokens_max", tokens));
    var history = stored.putArray("history");
    context.history().forEach(message -> write(message, history.addObject()));
    return stored.toString();
  }

  private static void write(ChatMessage message, ObjectNode stored) {
    switch (message) {
      case ChatMessage.User(var text) -> stored.put("role", "user").put("text", text);
      case ChatMessage.Assistant(var text, var calls) -> {
        stored.put("role", "assistant").put("text", text);
        writeCalls(calls, stored.putArray("tool_calls"));
      }
      case ChatMessage.ToolResult(var call, var tool, var text) ->
          stored.put("role", "tool").put("call_id", call).put("tool_name", tool).put("text", text);
    }
  }

  private static void writeCalls(List<ToolCall> calls, ArrayNode stored) {
    for (var call : calls) {
      stored
          .addObject()
          .put("id", call.id())
          .put("tool_name", call.toolName())
          .put("arguments", call.argumentsJson());
    }
  }

  static SuppliedContext read(String stored) {
    try {
      var context = JSON.readTree(stored);
      var history = new ArrayList<ChatMessage>();
      context.path("history").forEach(message -> history.add(message(message)));
      return new SuppliedContext(
          history,
          Optional.ofNullable(context.get("instructions")).map(JsonNode::asText),
          context.has("output_tokens_max")
              ? OptionalInt.of(context.path("output_tokens_max").asInt())
              : OptionalInt.empty());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored document is not JSON", e);
    }
  }

  private static ChatMessage message(JsonNode stored) {
    var text = stored.path("text").asText();
    return switch (stored.path("role").asText()) {
      case "user" -> new ChatMessage.User(text);
      case "assistant" -> new ChatMessage.Assistant(text, calls(stored.path("tool_calls")));
      default ->
          new ChatMessage.ToolResult(
              stored.path("call_id").asText(), stored.path("tool_name").asText(), text);
    };
  }

  private static List<ToolCall> calls(JsonNode stored) {
    var calls = new ArrayList<ToolCall>();
    for (var call : stored) {
      calls.add(
          new ToolCall(
              call.path("id").asText(),
              call.path("tool_name").asText(),
              call.path("arguments").asText()));
    }
    return calls;
  }
}
