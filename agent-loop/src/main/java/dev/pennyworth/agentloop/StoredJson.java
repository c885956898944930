package dev.pennyworth.agentloop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.model.InputParts;
import dev.pennyworth.agentloop.model.ModelReply;
import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the jsonb columns of turns and steps hold.
final class StoredJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StoredJson() {}

  static String modelOutput(ModelReply.Answered reply) {
    var output = JSON.createObjectNode();
    output.put("text", CleanText.of(reply.text()));
    output.put("finish", reply.finish().name());
    var calls = output.putArray("tool_calls");
    for (var call : reply.toolCalls()) {
      var stored =
          calls
              .addObject()
              .put("id", CleanText.of(call.id()))
              .put("tool_name", CleanText.of(call.toolName()))
              .put("arguments", CleanText.of(call.argumentsJson()));
      call.providerMark().ifPresent(mark -> stored.put("provider_mark", CleanText.of(mark)));
    }
    return output.toString();
  }

  static String text(String output) {
    return read(output).path("text").asText();
  }

  /// Empty text where it was not stored, or is erased.
  static String finish(String output) {
    return read(output).path("finish").asText();
  }

  static List<ToolCall> toolCalls(String output) {
    var calls = new ArrayList<ToolCall>();
    for (var call : read(output).path("tool_calls")) {
      calls.add(
          new ToolCall(
              call.path("id").asText(),
              call.path("tool_name").asText(),
              call.path("arguments").asText(),
              Optional.ofNullable(call.get("provider_mark")).map(JsonNode::asText)));
    }
    return calls;
  }

  static String toolOutput(String result, boolean isSuccess) {
    return JSON.createObjectNode()
        .put("text", CleanText.of(result))
        .put("success", isSuccess)
        .toString();
  }

  static boolean isSuccess(String output) {
    return read(output).path("success").asBoolean();
  }

  static String inputParts(InputParts parts) {
    return JSON.createObjectNode()
        .put("system_prompt", parts.systemPrompt())
        .put("tool_definitions", parts.toolDefinitions())
        .put("conversation_history", parts.conversationHistory())
        .put("current_message", parts.currentMessage())
        .put("tool_results", parts.toolResults())
        .toString();
  }

  static InputParts inputParts(String stored) {
    var parts = read(stored);
    return new InputParts(
        parts.path("system_prompt").asLong(),
        parts.path("tool_definitions").asLong(),
        parts.path("conversation_history").asLong(),
        parts.path("current_message").asLong(),
        parts.path("tool_results").asLong());
  }

  static String refusal(Refusal refusal) {
    ObjectNode stored =
        JSON.createObjectNode()
            .put("scope", refusal.scope().name())
            .put("limit", refusal.limit())
            .put("spent", refusal.spent())
            .put("held", refusal.held())
            .put("remaining", refusal.remaining())
            .put("needed", refusal.needed());
    refusal.period().ifPresent(period -> stored.put("period", period));
    refusal.resetsAt().ifPresent(at -> stored.put("resets_at", at.toString()));
    return stored.toString();
  }

  static Refusal refusal(String stored) {
    var refusal = read(stored);
    return new Refusal(
        Refusal.Scope.valueOf(refusal.path("scope").asText()),
        Optional.ofNullable(refusal.get("period")).map(JsonNode::asText),
        figure(refusal, "limit"),
        figure(refusal, "spent"),
        figure(refusal, "held"),
        figure(refusal, "remaining"),
        figure(refusal, "needed"),
        Optional.ofNullable(refusal.get("resets_at")).map(at -> Instant.parse(at.asText())));
  }

  /// Refusals of before there was a second unit named theirs.
  private static long figure(JsonNode refusal, String name) {
    return refusal.has(name) ? refusal.path(name).asLong() : refusal.path(name + "_nanos").asLong();
  }

  static String need(Need need) {
    var stored = JSON.createObjectNode().put("step", need.step()).put("nanos", need.cost().nanos());
    if (need instanceof Need.Tokens tokens) {
      stored.put("model", tokens.model()).put("input_tokens", tokens.inputTokensMax());
    }
    return stored.toString();
  }

  static Need need(String stored) {
    var need = read(stored);
    int step = need.path("step").asInt();
    var cost = new NanoUsd(need.path("nanos").asLong());
    return need.has("model")
        ? new Need.Tokens(
            step, need.path("model").asText(), need.path("input_tokens").asLong(), cost)
        : new Need.Amount(step, cost);
  }

  private static JsonNode read(String stored) {
    try {
      return JSON.readTree(stored);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored document is not JSON", e);
    }
  }
}
