package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionAssistantMessageParam;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import dev.pennyworth.agentloop.CleanText;
import java.util.regex.Pattern;

/// Writes a request in the form of OpenAI's chat completions. That it asks for a stream is written
/// by the SDK.
final class OpenAiBody {
  /// OpenAI's reasoning models, which know no `max_tokens` and no temperature; fine-tuned ones too.
  /// Source: platform.openai.com, reasoning models.
  private static final Pattern REASONING = Pattern.compile("(ft:)?(o1|o3|o4|gpt-5)([-.:].*)?");

  private OpenAiBody() {}

  /// All but `max_tokens`, which only the hold knows.
  static ChatCompletionCreateParams of(ModelRequest request) throws ModelUnavailable {
    var body =
        ChatCompletionCreateParams.builder()
            .model(request.model())
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .addSystemMessage(CleanText.of(request.systemPrompt()));
    request.messages().forEach(message -> add(body, message));
    for (var tool : request.tools()) {
      body.addTool(tool(tool));
    }
    if (request.temperature().isPresent() && !isReasoning(request.model())) {
      body.temperature(request.temperature().getAsDouble());
    }
    return body.build();
  }

  @SuppressWarnings("deprecation") // the only field of the two that all servers know
  static ChatCompletionCreateParams withOutputTokensMax(
      ChatCompletionCreateParams body, String model, long outputTokensMax) {
    return isReasoning(model)
        ? body.toBuilder().maxCompletionTokens(outputTokensMax).build()
        : body.toBuilder().maxTokens(outputTokensMax).build();
  }

  /// The length of the JSON in UTF-8, as the SDK writes it.
  static long bytes(ChatCompletionCreateParams body) throws ModelUnavailable {
    try {
      return ObjectMappers.jsonMapper().writeValueAsBytes(body._body()).length;
    } catch (JsonProcessingException _) {
      throw new ModelUnavailable(
          "A tool's name or parameters hold half a character, which cannot be sent.");
    }
  }

  private static boolean isReasoning(String model) {
    return REASONING.matcher(model).matches();
  }

  private static void add(ChatCompletionCreateParams.Builder body, ChatMessage message) {
    switch (message) {
      case ChatMessage.User(var text) -> body.addUserMessage(CleanText.of(text));
      case ChatMessage.Assistant assistant -> body.addMessage(assistant(assistant));
      case ChatMessage.ToolResult(var callId, _, var text) ->
          body.addMessage(
              ChatCompletionToolMessageParam.builder()
                  .toolCallId(callId)
                  .content(CleanText.of(text))
                  .build());
    }
  }

  private static ChatCompletionAssistantMessageParam assistant(ChatMessage.Assistant assistant) {
    var message = ChatCompletionAssistantMessageParam.builder();
    if (!assistant.text().isEmpty() || assistant.toolCalls().isEmpty()) {
      message.content(CleanText.of(assistant.text()));
    }
    assistant.toolCalls().forEach(call -> message.addToolCall(toolCall(call)));
    return message.build();
  }

  private static ChatCompletionMessageFunctionToolCall toolCall(ToolCall call) {
    return ChatCompletionMessageFunctionToolCall.builder()
        .id(call.id())
        .function(
            ChatCompletionMessageFunctionToolCall.Function.builder()
                .name(call.toolName())
                .arguments(CleanText.of(call.argumentsJson()))
                .build())
        .build();
  }

  private static ChatCompletionFunctionTool tool(ToolSpec tool) throws ModelUnavailable {
    var parameters = FunctionParameters.builder();
    schema(tool)
        .properties()
        .forEach(property ->
            parameters.putAdditionalProperty(
                property.getKey(), JsonValue.fromJsonNode(property.getValue())));
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name(tool.name())
                .description(CleanText.of(tool.description()))
                .parameters(parameters.build())
                .build())
        .build();
  }

  private static JsonNode schema(ToolSpec tool) throws ModelUnavailable {
    try {
      JsonNode schema = ObjectMappers.jsonMapper().readTree(tool.parametersJson());
      if (schema.isObject()) {
        return schema;
      }
    } catch (JsonProcessingException _) {
      // told below: the parser's own words would be of no use to an owner
    }
    throw new ModelUnavailable(
        "The parameters of the tool %s are not a JSON Schema of an object.".formatted(tool.name()));
  }
}
