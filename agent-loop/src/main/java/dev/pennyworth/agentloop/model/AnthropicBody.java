package dev.pennyworth.agentloop.model;

import com.anthropic.core.JsonValue;
import com.anthropic.core.ObjectMappers;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.ToolUseBlockParam;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.CleanText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes a request in the form of Anthropic's messages.
///
/// The tools and the system prompt are written to the provider's cache, for the usual five minutes:
/// they are the same in every call of a bot. With tools the messages are too, since the next call
/// of the turn will most likely send them all again; without, the next call is the end user's next
/// message, and a window of history that has moved on would never be read.
final class AnthropicBody {
  private static final CacheControlEphemeral FIVE_MINUTES = CacheControlEphemeral.builder().build();

  /// Newer ones than this refuse any temperature. It answers in the same form as the SDK's own.
  /// Source: platform.claude.com, API versions.
  private static final String VERSION_WITH_TEMPERATURE = "2023-06-01";

  private static final double TEMPERATURE_MAX = 1;
  private static final long UNDECIDED = 1;
  private static final String EMPTY = "(empty)"; // the provider refuses a text of spaces alone

  private AnthropicBody() {}

  /// All but `max_tokens`, which only the hold knows.
  static MessageCreateParams of(ModelRequest request) throws ModelUnavailable {
    var body = MessageCreateParams.builder().model(request.model()).maxTokens(UNDECIDED);
    String system = CleanText.of(request.systemPrompt());
    if (!system.isBlank()) {
      body.systemOfTextBlockParams(
          List.of(TextBlockParam.builder().text(system).cacheControl(FIVE_MINUTES).build()));
    }
    addMessages(body, request);
    addTools(body, request.tools());
    if (request.temperature().isPresent()) {
      double temperature = Math.clamp(request.temperature().getAsDouble(), 0, TEMPERATURE_MAX);
      body.putAdditionalBodyProperty("temperature", JsonValue.from(temperature))
          .putAdditionalHeader("anthropic-version", VERSION_WITH_TEMPERATURE);
    }
    return body.build();
  }

  static MessageCreateParams withOutputTokensMax(MessageCreateParams body, long outputTokensMax) {
    return body.toBuilder().maxTokens(outputTokensMax).build();
  }

  /// What asks for the count of the same input.
  static MessageCountTokensParams count(MessageCreateParams body) {
    var count = MessageCountTokensParams.builder().model(body.model()).messages(body.messages());
    body.system().ifPresent(system -> count.systemOfTextBlockParams(system.asTextBlockParams()));
    body.tools().ifPresent(tools -> tools.forEach(tool -> count.addTool(tool.asTool())));
    return count.build();
  }

  /// The length of the JSON in UTF-8, as the SDK writes it.
  static long bytes(MessageCreateParams body) throws ModelUnavailable {
    try {
      return ObjectMappers.jsonMapper().writeValueAsBytes(body._body()).length;
    } catch (JsonProcessingException _) {
      throw new ModelUnavailable(
          "A tool's name or parameters hold half a character, which cannot be sent.");
    }
  }

  /// What one side says before the other does.
  private record Saying(boolean isUsers, List<ContentBlockParam> blocks) {}

  private static void addMessages(MessageCreateParams.Builder body, ModelRequest request) {
    var sayings = sayings(request.messages());
    if (!request.tools().isEmpty() && !sayings.isEmpty()) {
      var last = sayings.getLast().blocks();
      last.set(last.size() - 1, cached(last.getLast()));
    }
    for (var saying : sayings) {
      if (saying.isUsers()) {
        body.addUserMessageOfContentBlockParams(saying.blocks());
      } else {
        body.addAssistantMessageOfContentBlockParams(saying.blocks());
      }
    }
  }

  /// The provider wants the user to speak first, and all results of a reply's tools in one message.
  private static List<Saying> sayings(List<ChatMessage> messages) {
    var sayings = new ArrayList<Saying>();
    var fromTheUser =
        messages.stream().dropWhile(message -> !(message instanceof ChatMessage.User)).toList();
    for (var message : fromTheUser) {
      var blocks = blocks(message);
      boolean isUsers = !(message instanceof ChatMessage.Assistant);
      if (blocks.isEmpty()) {
        continue;
      }
      if (sayings.isEmpty() || sayings.getLast().isUsers() != isUsers) {
        sayings.add(new Saying(isUsers, new ArrayList<>()));
      }
      sayings.getLast().blocks().addAll(blocks);
    }
    return sayings;
  }

  private static List<ContentBlockParam> blocks(ChatMessage message) {
    return switch (message) {
      case ChatMessage.User(var text) -> List.of(text(text.isBlank() ? EMPTY : text));
      case ChatMessage.Assistant(var text, var calls) -> {
        var blocks = new ArrayList<ContentBlockParam>();
        if (!text.isBlank()) {
          blocks.add(text(text));
        }
        calls.forEach(call -> blocks.add(toolUse(call)));
        yield blocks;
      }
      case ChatMessage.ToolResult(var callId, _, var text) -> List.of(toolResult(callId, text));
    };
  }

  private static ContentBlockParam text(String text) {
    return ContentBlockParam.ofText(CleanText.of(text));
  }

  private static ContentBlockParam toolUse(ToolCall call) {
    var input = ToolUseBlockParam.Input.builder();
    object(call.argumentsJson())
        .ifPresentOrElse(
            arguments ->
                arguments
                    .properties()
                    .forEach(one ->
                        input.putAdditionalProperty(
                            one.getKey(), JsonValue.fromJsonNode(one.getValue()))),
            // What the model wrote is no object, and the provider takes nothing else.
            () ->
                input.putAdditionalProperty(
                    "arguments", JsonValue.from(CleanText.of(call.argumentsJson()))));
    return ContentBlockParam.ofToolUse(
        ToolUseBlockParam.builder()
            .id(id(call.id()))
            .name(CleanText.of(call.toolName()))
            .input(input.build())
            .build());
  }

  private static ContentBlockParam toolResult(String callId, String text) {
    return ContentBlockParam.ofToolResult(
        ToolResultBlockParam.builder()
            .toolUseId(id(callId))
            .content(text.isBlank() ? EMPTY : CleanText.of(text))
            .build());
  }

  /// The characters that the provider allows; the same id is always written in the same way.
  private static String id(String id) {
    String allowed = id.replaceAll("[^a-zA-Z0-9_-]", "_");
    return allowed.isEmpty() ? "_" : allowed;
  }

  private static ContentBlockParam cached(ContentBlockParam block) {
    if (block.isText()) {
      return ContentBlockParam.ofText(
          block.asText().toBuilder().cacheControl(FIVE_MINUTES).build());
    }
    return block.isToolResult()
        ? ContentBlockParam.ofToolResult(
            block.asToolResult().toBuilder().cacheControl(FIVE_MINUTES).build())
        : block;
  }

  private static void addTools(MessageCreateParams.Builder body, List<ToolSpec> tools)
      throws ModelUnavailable {
    for (int i = 0; i < tools.size(); i++) {
      var tool = tool(tools.get(i));
      boolean isLast = i == tools.size() - 1;
      body.addTool(isLast ? tool.toBuilder().cacheControl(FIVE_MINUTES).build() : tool);
    }
  }

  private static Tool tool(ToolSpec tool) throws ModelUnavailable {
    var schema = Tool.InputSchema.builder();
    var fields =
        object(tool.parametersJson())
            .orElseThrow(() ->
                new ModelUnavailable(
                    "The parameters of the tool %s are not a JSON Schema of an object."
                        .formatted(tool.name())));
    for (var field : fields.properties()) {
      var value = JsonValue.fromJsonNode(field.getValue());
      if (field.getKey().equals("type")) {
        schema.type(value);
      } else {
        schema.putAdditionalProperty(field.getKey(), value);
      }
    }
    return Tool.builder()
        .name(tool.name())
        .description(CleanText.of(tool.description()))
        .inputSchema(schema.build())
        .build();
  }

  private static Optional<JsonNode> object(String json) {
    try {
      return Optional.ofNullable(ObjectMappers.jsonMapper().readTree(json))
          .filter(JsonNode::isObject);
    } catch (JsonProcessingException _) {
      return Optional.empty(); // the parser's own words would be of no use to an owner
    }
  }
}
