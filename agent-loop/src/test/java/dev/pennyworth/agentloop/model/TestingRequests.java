package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.SecretText;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Requests to models, as few words as a test can do with.
final class TestingRequests {
  static final String SYSTEM_PROMPT = "You help.";

  private TestingRequests() {}

  static ModelRequest saying(String message) {
    return of("gpt-4o-mini", message);
  }

  static ModelRequest of(String model, String message) {
    return of(model, List.of(new ChatMessage.User(message)), 0, List.of());
  }

  static ModelRequest of(
      String model, List<ChatMessage> messages, int current, List<ToolSpec> tools) {
    return new ModelRequest(
        model,
        Optional.empty(),
        Optional.empty(),
        SYSTEM_PROMPT,
        messages,
        current,
        tools,
        OptionalDouble.empty());
  }

  static ModelRequest withKey(ModelRequest request, String apiKey) {
    return new ModelRequest(
        request.model(),
        Optional.of(new SecretText(apiKey)),
        request.baseUrl(),
        request.systemPrompt(),
        request.messages(),
        request.currentMessageIndex(),
        request.tools(),
        request.temperature());
  }

  static ModelRequest at(ModelRequest request, URI baseUrl) {
    return new ModelRequest(
        request.model(),
        request.apiKey(),
        Optional.of(baseUrl),
        request.systemPrompt(),
        request.messages(),
        request.currentMessageIndex(),
        request.tools(),
        request.temperature());
  }

  static ModelRequest withTemperature(ModelRequest request, double temperature) {
    return new ModelRequest(
        request.model(),
        request.apiKey(),
        request.baseUrl(),
        request.systemPrompt(),
        request.messages(),
        request.currentMessageIndex(),
        request.tools(),
        OptionalDouble.of(temperature));
  }
}
