package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The messages of the Model Context Protocol: JSON-RPC 2.0 objects, and what tools are and answer.
///
/// Source: modelcontextprotocol.io, specification 2025-06-18.
final class McpMessages {
  static final String VERSION = "2025-06-18";
  static final List<String> VERSIONS = List.of("2025-11-25", VERSION, "2025-03-26", "2024-11-05");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int METHOD_NOT_FOUND = -32_601;
  private static final String NO_ARGUMENTS = "{\"type\":\"object\",\"properties\":{}}";

  private McpMessages() {}

  static ObjectNode request(long id, String method, ObjectNode params) {
    return notification(method).put("id", id).set("params", params);
  }

  static ObjectNode notification(String method) {
    return JSON.createObjectNode().put("jsonrpc", "2.0").put("method", method);
  }

  static ObjectNode initialize() {
    var params = JSON.createObjectNode().put("protocolVersion", VERSION);
    params.putObject("capabilities");
    params.putObject("clientInfo").put("name", "pennyworth").put("version", "1");
    return params;
  }

  static ObjectNode list(Optional<String> cursor) {
    var params = JSON.createObjectNode();
    cursor.ifPresent(place -> params.put("cursor", place));
    return params;
  }

  /// @param arguments a JSON object
  static ObjectNode call(String tool, String arguments, String idempotencyKey)
      throws JsonProcessingException {
    var params = JSON.createObjectNode().put("name", tool);
    params.set("arguments", JSON.readTree(arguments));
    params.putObject("_meta").put("dev.pennyworth/idempotency-key", idempotencyKey);
    return params;
  }

  /// What we say to a server that asks us something. We offered it nothing but to be there.
  static ObjectNode answer(JsonNode request) {
    var answer = JSON.createObjectNode().put("jsonrpc", "2.0");
    answer.set("id", request.path("id"));
    if (request.path("method").asText().equals("ping")) {
      answer.putObject("result");
    } else {
      answer.putObject("error").put("code", METHOD_NOT_FOUND).put("message", "Not offered");
    }
    return answer;
  }

  /// The messages of a body or an event: one, or several in a list.
  static List<JsonNode> read(String json) throws JsonProcessingException {
    var read = JSON.readTree(json);
    var messages = new ArrayList<JsonNode>();
    if (read.isArray()) {
      read.forEach(messages::add);
    } else {
      messages.add(read);
    }
    return messages;
  }

  static boolean isAnswerTo(long id, JsonNode message) {
    return message.path("id").isIntegralNumber()
        && message.path("id").asLong() == id
        && (message.has("result") || message.has("error"));
  }

  static boolean isRequest(JsonNode message) {
    return message.has("method") && message.has("id");
  }

  /// The tools of one page; those without a name are left out.
  static List<ListedTool> tools(JsonNode result) {
    var tools = new ArrayList<ListedTool>();
    for (var tool : result.path("tools")) {
      var hints = tool.path("annotations");
      boolean isReadOnly = hints.path("readOnlyHint").asBoolean(false);
      var schema = tool.path("inputSchema");
      if (!tool.path("name").asText().isEmpty()) {
        tools.add(
            new ListedTool(
                tool.path("name").asText(),
                tool.path("description").asText(),
                schema.isObject() ? schema.toString() : NO_ARGUMENTS,
                isReadOnly,
                hints.path("idempotentHint").asBoolean(false)));
      }
    }
    return tools;
  }

  /// The content of a tool's result as text. Pictures and sounds are told of, not shown.
  static String text(JsonNode result) {
    var lines = new ArrayList<String>();
    result.path("content").forEach(block -> lines.add(text(block, block.path("type").asText())));
    if (lines.isEmpty() && result.has("structuredContent")) {
      return result.path("structuredContent").toString();
    }
    return String.join("\n", lines);
  }

  private static String text(JsonNode block, String type) {
    return switch (type) {
      case "text" -> block.path("text").asText();
      case "image", "audio" ->
          "[%s, %s, %d bytes: not shown]"
              .formatted(type, block.path("mimeType").asText("?"), bytes(block.path("data")));
      case "resource" -> resource(block.path("resource"));
      case "resource_link" ->
          "[resource %s: %s]".formatted(block.path("uri").asText(), block.path("name").asText());
      default -> "[%s: not shown]".formatted(type);
    };
  }

  private static String resource(JsonNode resource) {
    return resource.has("text")
        ? "[resource %s]\n%s"
            .formatted(resource.path("uri").asText(), resource.path("text").asText())
        : "[resource %s, %s, %d bytes: not shown]"
            .formatted(
                resource.path("uri").asText(),
                resource.path("mimeType").asText("?"),
                bytes(resource.path("blob")));
  }

  /// Of Base64, three for every four characters.
  private static long bytes(JsonNode base64) {
    return base64.asText().length() * 3L / 4;
  }
}
