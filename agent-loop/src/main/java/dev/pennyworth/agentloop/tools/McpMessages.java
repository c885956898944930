package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pennyworth.agentloop.McpCatalogue.ListedTool;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.AudioContent;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.EmbeddedResource;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpSchema.ResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The messages of the Model Context Protocol as JSON, and what tools are and answer.
///
/// Schemas and arguments are maps in the SDK, which keep what they are given: keywords that it does
/// not know, their order, and numbers to the last digit.
final class McpMessages {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .addMixIn(Content.class, ContentOfAnyType.class)
          .build();
  private static final String NO_ARGUMENTS = "{\"type\":\"object\",\"properties\":{}}";

  private McpMessages() {}

  /// The SDK refuses a whole result for one content of a type that it does not know.
  @JsonTypeInfo(
      use = JsonTypeInfo.Id.NAME,
      property = "type",
      visible = true,
      defaultImpl = OtherContent.class)
  private interface ContentOfAnyType {}

  /// Content of a type that the SDK does not know. Its interface has the type left out of the JSON.
  private record OtherContent(
      @JsonIgnore(false) @JsonProperty("type") String type, @Nullable Map<String, Object> meta)
      implements Content {}

  static String write(JSONRPCMessage message) {
    try {
      return JSON.writeValueAsString(message);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a message of ours is no JSON", e);
    }
  }

  /// The messages of a body or an event: one, or several in a list.
  static List<JSONRPCMessage> read(String json) throws JsonProcessingException {
    var read = JSON.readTree(json);
    var messages = new ArrayList<JSONRPCMessage>();
    for (var message : read.isArray() ? read : List.of(read)) {
      if (!message.isObject()) {
        throw new JsonParseException(null, "not a message");
      }
      messages.add(JSON.treeToValue(message, kind(message)));
    }
    return messages;
  }

  private static Class<? extends JSONRPCMessage> kind(JsonNode message) {
    if (!message.has("method")) {
      return JSONRPCResponse.class;
    }
    return message.has("id") ? JSONRPCRequest.class : JSONRPCNotification.class;
  }

  /// @throws IllegalArgumentException if it does not fit
  static <T> T convert(Object json, TypeRef<T> type) {
    return JSON.convertValue(json, JSON.constructType(type.getType()));
  }

  /// @param arguments a JSON object
  static CallToolRequest call(String tool, String arguments, String idempotencyKey)
      throws JsonProcessingException {
    return CallToolRequest.builder(tool)
        .arguments(JSON.readValue(arguments, new TypeReference<Map<String, Object>>() {}))
        .meta(Map.of("dev.pennyworth/idempotency-key", idempotencyKey))
        .build();
  }

  /// The tools of one page; those without a name are left out.
  static List<ListedTool> tools(ListToolsResult page) {
    return page.tools().stream()
        .filter(tool -> !tool.name().isEmpty())
        .map(McpMessages::tool)
        .toList();
  }

  private static ListedTool tool(Tool tool) {
    var hints = tool.annotations();
    return new ListedTool(
        tool.name(),
        tool.description() == null ? "" : tool.description(),
        tool.inputSchema().isEmpty()
            ? NO_ARGUMENTS
            : JSON.valueToTree(tool.inputSchema()).toString(),
        hints != null && Boolean.TRUE.equals(hints.readOnlyHint()),
        hints != null && Boolean.TRUE.equals(hints.idempotentHint()));
  }

  /// The content of a tool's result as text. Pictures and sounds are told of, not shown.
  static String text(CallToolResult result) {
    if (result.content().isEmpty() && result.structuredContent() != null) {
      return JSON.valueToTree(result.structuredContent()).toString();
    }
    return String.join("\n", result.content().stream().map(McpMessages::text).toList());
  }

  private static String text(Content content) {
    return switch (content) {
      case TextContent text -> text.text();
      case ImageContent image -> unseen("image", image.mimeType(), image.data());
      case AudioContent audio -> unseen("audio", audio.mimeType(), audio.data());
      case EmbeddedResource resource -> text(resource.resource());
      case ResourceLink link -> "[resource %s: %s]".formatted(link.uri(), link.name());
      default -> "[%s: not shown]".formatted(content.type());
    };
  }

  private static String text(ResourceContents resource) {
    return switch (resource) {
      case TextResourceContents text -> "[resource %s]\n%s".formatted(text.uri(), text.text());
      case BlobResourceContents blob ->
          unseen("resource " + blob.uri(), blob.mimeType(), blob.blob());
      default -> "[resource %s: not shown]".formatted(resource.uri());
    };
  }

  /// @param base64 four characters for every three bytes
  private static String unseen(String what, @Nullable String mimeType, String base64) {
    var type = mimeType == null || mimeType.isEmpty() ? "?" : mimeType;
    return "[%s, %s, %d bytes: not shown]".formatted(what, type, base64.length() * 3L / 4);
  }
}
