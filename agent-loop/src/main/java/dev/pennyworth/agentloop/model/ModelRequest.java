package dev.pennyworth.agentloop.model;

import dev.pennyworth.agentloop.SecretText;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// One model call before its `max_tokens` are known.
///
/// @param apiKey the owner's own key; empty to use the operator's pooled key
/// @param baseUrl where the owner's own provider is; empty for the provider's usual place
/// @param messages ends with the current user message, or with the tool results that answer it
/// @param currentMessageIndex where in `messages` the message stands that is being answered
public record ModelRequest(
    String model,
    Optional<SecretText> apiKey,
    Optional<URI> baseUrl,
    String systemPrompt,
    List<ChatMessage> messages,
    int currentMessageIndex,
    List<ToolSpec> tools,
    OptionalDouble temperature) {
  public ModelRequest {
    messages = List.copyOf(messages);
    tools = List.copyOf(tools);
  }
}
