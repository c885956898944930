package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.Part;
import com.google.genai.types.Tool;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.model.HttpGeminiConnection.Question;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Writes a request in the form of Gemini's `generateContent`.
///
/// Results of tools that were called together stand together, in the order of the calls. A call
/// goes back with the signature of the thought that led to it: models that think refuse it without.
/// Source: ai.google.dev, function calling and thought signatures.
final class GeminiBody {
  /// Names that stay what they are in a URL's path.
  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,199}");

  /// What of a configuration is input.
  private static final Set<String> COUNTED = Set.of("systemInstruction", "tools");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private GeminiBody() {}

  /// All but `maxOutputTokens`, which only the hold knows.
  static Question of(ModelRequest request) throws ModelUnavailable {
    if (!MODEL.matcher(request.model()).matches() || request.model().contains("..")) {
      throw new ModelUnavailable(
          "llm_model is no name of a Gemini model, such as gemini-2.5-flash.");
    }
    var config =
        GenerateContentConfig.builder()
            .systemInstruction(
                Content.fromParts(Part.fromText(CleanText.of(request.systemPrompt()))));
    request.temperature().ifPresent(temperature -> config.temperature((float) temperature));
    if (!request.tools().isEmpty()) {
      var declarations = new ArrayList<FunctionDeclaration>();
      for (var tool : request.tools()) {
        declarations.add(declaration(tool));
      }
      config.tools(List.of(Tool.builder().functionDeclarations(declarations).build()));
    }
    return new Question(request.model(), contents(request.messages()), config.build());
  }

  static Question withOutputTokensMax(Question question, long outputTokensMax) {
    int bounded = Math.toIntExact(Math.min(outputTokensMax, Integer.MAX_VALUE));
    return new Question(
        question.model(),
        question.contents(),
        question.config().toBuilder().maxOutputTokens(bounded).build());
  }

  /// The same input as a part of what asks for its count: `generateContentRequest`, because the
  /// count of contents alone leaves out system prompt and tools. Source: ai.google.dev, counting
  /// tokens.
  static Map<String, Object> count(Question question) {
    try {
      var request =
          new LinkedHashMap<String, Object>(object(JSON.readTree(question.config().toJson())));
      request.keySet().retainAll(COUNTED);
      request.put("model", "models/" + question.model());
      var contents = new ArrayList<Map<String, Object>>();
      for (var content : question.contents()) {
        contents.add(object(JSON.readTree(content.toJson())));
      }
      request.put("contents", contents);
      return Map.of("generateContentRequest", request);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the SDK wrote no JSON", e);
    }
  }

  private static Map<String, Object> object(JsonNode json) {
    return JSON.convertValue(json, OBJECT);
  }

  /// The length of the JSON in UTF-8, no shorter than on the wire but for the braces around it.
  static long bytes(Question question) {
    long bytes = bytes(question.config().toJson());
    for (var content : question.contents()) {
      bytes += bytes(content.toJson()) + 1;
    }
    return bytes;
  }

  private static long bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8).length;
  }

  private static List<Content> contents(List<ChatMessage> messages) {
    var contents = new ArrayList<Content>();
    var results = new ArrayList<Part>();
    for (var message : messages) {
      if (message instanceof ChatMessage.ToolResult result) {
        results.add(part(result));
        continue;
      }
      addResults(contents, results);
      switch (message) {
        case ChatMessage.User(var text) ->
            contents.add(content("user", List.of(Part.fromText(CleanText.of(text)))));
        case ChatMessage.Assistant assistant -> addParts(contents, assistant);
        case ChatMessage.ToolResult _ -> {} // above
      }
    }
    addResults(contents, results);
    return contents;
  }

  private static void addResults(List<Content> contents, List<Part> results) {
    if (!results.isEmpty()) {
      contents.add(content("user", List.copyOf(results)));
      results.clear();
    }
  }

  /// A message of no part at all is refused: a model that said nothing is left out.
  private static void addParts(List<Content> contents, ChatMessage.Assistant assistant) {
    var parts = new ArrayList<Part>();
    if (!assistant.text().isEmpty()) {
      parts.add(Part.fromText(CleanText.of(assistant.text())));
    }
    assistant.toolCalls().forEach(call -> parts.add(part(call)));
    if (!parts.isEmpty()) {
      contents.add(content("model", parts));
    }
  }

  private static Content content(String role, List<Part> parts) {
    return Content.builder().role(role).parts(parts).build();
  }

  private static Part part(ToolCall call) {
    var function = FunctionCall.builder().name(call.toolName()).args(object(call.argumentsJson()));
    if (!GeminiStream.isOurs(call.id())) {
      function.id(call.id());
    }
    var part = Part.builder().functionCall(function.build());
    call.providerMark().ifPresent(mark -> part.thoughtSignature(Base64.getDecoder().decode(mark)));
    return part.build();
  }

  private static Part part(ChatMessage.ToolResult result) {
    var response =
        FunctionResponse.builder()
            .name(result.toolName())
            .response(Map.of("output", CleanText.of(result.text())));
    if (!GeminiStream.isOurs(result.callId())) {
      response.id(result.callId());
    }
    return Part.builder().functionResponse(response.build()).build();
  }

  /// Arguments that are no object were refused by the tool; the model is told so by its result.
  private static Map<String, Object> object(String argumentsJson) {
    try {
      JsonNode arguments = JSON.readTree(CleanText.of(argumentsJson));
      return arguments.isObject() ? JSON.convertValue(arguments, OBJECT) : Map.of();
    } catch (JsonProcessingException _) {
      return Map.of();
    }
  }

  private static FunctionDeclaration declaration(ToolSpec tool) throws ModelUnavailable {
    return FunctionDeclaration.builder()
        .name(tool.name())
        .description(CleanText.of(tool.description()))
        .parametersJsonSchema(schema(tool))
        .build();
  }

  private static JsonNode schema(ToolSpec tool) throws ModelUnavailable {
    try {
      JsonNode schema = JSON.readTree(tool.parametersJson());
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
