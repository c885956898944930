package dev.pennyworth.agentloop.model;

import com.anthropic.core.ObjectMappers;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Takes in a message of Anthropic's as it comes, event by event, or whole from a server that does
/// not stream. Of one call, on one thread.
///
/// Read as trees, not as the SDK's classes: so a field that is missing is empty, a kind of block or
/// event that is new is passed over, and the usage is kept as it was sent. Thinking is passed over
/// too; its tokens are in the output.
///
/// Source: platform.claude.com, streaming messages.
final class AnthropicAnswer {
  private static final int RAW_USAGE_CHARACTERS_MAX = 8_000;
  private static final int REQUEST_ID_CHARACTERS_MAX = 200;
  private static final int TOOL_CALLS_MAX = 128;
  private static final int BLOCKS_MAX = 1_000;
  private static final String END_UNKNOWN = "unknown";

  private final StreamedText text;
  private final StringBuilder thinking = new StringBuilder();
  private final TreeMap<Integer, Asked> asked = new TreeMap<>();
  private final ObjectNode usage = ObjectMappers.jsonMapper().createObjectNode();
  private String requestId = "";
  private String stopReason = "";
  private String error = "";
  private boolean isBegun;
  private boolean isOutputFinal;

  /// @param listener is told each piece of the text
  AnthropicAnswer(Consumer<String> listener) {
    text = new StreamedText(listener);
  }

  /// A tool that the model asks for, while its arguments come in pieces.
  private record Asked(String id, String name, StringBuilder arguments) {}

  /// Takes in the id that the provider gave the call; an empty one is none.
  void requestId(String id) {
    if (requestId.isBlank()) {
      String clean = CleanText.of(id);
      requestId = clean.substring(0, Math.min(clean.length(), REQUEST_ID_CHARACTERS_MAX));
    }
  }

  /// Takes in the data of one event. What is not JSON is passed over.
  ///
  /// @return whether there is more to come
  boolean event(String data) {
    return parse(data).map(this::event).orElse(true);
  }

  /// Takes in a message that came in one piece.
  void whole(String body) {
    parse(body)
        .ifPresent(message -> {
          if (message.path("type").asText().equals("error")) {
            error(message);
          } else if (message.path("content").isArray() || message.path("usage").isObject()) {
            start(message);
            message.path("content").forEach(block -> begin(asked.size(), block, true));
            stop(message);
            end();
          }
        });
  }

  private boolean event(JsonNode event) {
    int index = event.path("index").asInt();
    switch (event.path("type").asText()) {
      case "message_start" -> start(event.path("message"));
      case "content_block_start" -> begin(index, event.path("content_block"), false);
      case "content_block_delta" -> add(index, event.path("delta"));
      case "message_delta" -> {
        addUsage(event.path("usage"));
        isOutputFinal |= event.path("usage").hasNonNull("output_tokens");
        stop(event.path("delta"));
      }
      case "error" -> error(event);
      case "message_stop" -> end();
      default -> {} // ping, and what is new
    }
    return !event.path("type").asText().equals("message_stop");
  }

  private void start(JsonNode message) {
    isBegun = true;
    requestId(message.path("id").asText(""));
    addUsage(message.path("usage"));
  }

  private void stop(JsonNode delta) {
    isBegun = true;
    stopReason = delta.path("stop_reason").asText(""); // null counts as empty
    isOutputFinal |= delta.path("usage").hasNonNull("output_tokens");
  }

  private void end() {
    stopReason = stopReason.isEmpty() ? END_UNKNOWN : stopReason;
  }

  private void error(JsonNode event) {
    error = event.path("error").path("type").asText("error");
  }

  /// Later figures replace earlier ones: they count from the beginning.
  private void addUsage(JsonNode figures) {
    for (var figure : figures.properties()) {
      if (!figure.getValue().isNull()) {
        usage.set(figure.getKey(), figure.getValue());
      }
    }
  }

  /// @param isWhole whether a tool's input is all there, or begins empty and comes in pieces
  private void begin(int index, JsonNode block, boolean isWhole) {
    isBegun = true;
    switch (block.path("type").asText()) {
      case "text" -> text.append(block.path("text").asText(""));
      case "thinking" -> thinking.append(block.path("thinking").asText(""));
      case "tool_use" -> {
        if (asked.size() < BLOCKS_MAX) {
          var arguments = new StringBuilder();
          JsonNode input = block.path("input");
          if (isWhole || !input.isEmpty()) {
            arguments.append(input);
          }
          asked.put(
              index,
              new Asked(block.path("id").asText(""), block.path("name").asText(""), arguments));
        }
      }
      default -> {} // redacted thinking, and what is new
    }
  }

  private void add(int index, JsonNode delta) {
    isBegun = true;
    switch (delta.path("type").asText()) {
      case "text_delta" -> text.append(delta.path("text").asText(""));
      case "thinking_delta" -> thinking.append(delta.path("thinking").asText(""));
      case "input_json_delta" -> {
        var tool = asked.get(index);
        if (tool != null) {
          tool.arguments().append(delta.path("partial_json").asText(""));
        }
      }
      default -> {} // signatures, citations, and what is new
    }
  }

  /// Whether a message began: from then on the provider asks for what it wrote.
  boolean isBegun() {
    return isBegun;
  }

  /// The provider's word for an error that came instead of a message, or in the middle of one.
  Optional<String> error() {
    return Optional.of(error).filter(word -> !word.isEmpty());
  }

  /// The reply, as far as it came: whole if the model said why it stopped, else [Finish#CUT].
  ///
  /// A reply without an end has no tool calls: nobody knows what else the model would have asked.
  Answered answered(long inputTokensEstimate) {
    text.end();
    boolean isWhole = !stopReason.isEmpty();
    var toolCalls = isWhole ? toolCalls() : List.<ToolCall>of();
    boolean isEstimated = !isWhole || (!isOutputFinal && usage.has("output_tokens"));
    return new Answered(
        CleanText.of(text.toString()),
        toolCalls,
        isWhole ? finish(!toolCalls.isEmpty()) : Finish.CUT,
        isEstimated ? Optional.of(estimate(inputTokensEstimate)) : AnthropicUsage.read(usage),
        isEstimated,
        Optional.of(requestId).filter(id -> !id.isBlank()),
        rawUsage());
  }

  /// What was reported so far, with our own count of what the model wrote, if that is more: the
  /// figure that comes at the beginning is no sum.
  private TokenUsage estimate(long inputTokensEstimate) {
    var counter = TokenCounter.o200k();
    long written = counter.count(text.toString()) + counter.count(thinking.toString());
    for (var tool : asked.values()) {
      written += counter.count(tool.name()) + counter.count(tool.arguments().toString());
    }
    var reported = AnthropicUsage.read(usage).orElse(new TokenUsage(inputTokensEstimate, 0, 0, 0));
    return new TokenUsage(
        reported.input(),
        Math.max(reported.output(), written),
        reported.cacheRead(),
        reported.cacheWriteShort(),
        reported.cacheWriteHour());
  }

  private List<ToolCall> toolCalls() {
    var calls = new ArrayList<ToolCall>();
    for (var tool : asked.values()) {
      if (calls.size() == TOOL_CALLS_MAX) {
        break;
      }
      String arguments = tool.arguments().toString();
      calls.add(
          new ToolCall(
              tool.id().isEmpty() ? "call_" + (calls.size() + 1) : CleanText.of(tool.id()),
              CleanText.of(tool.name()),
              arguments.isBlank() ? "{}" : CleanText.of(arguments)));
    }
    return calls;
  }

  /// An unknown reason is a plain end. `pause_turn` too: only tools of the provider's own cause it,
  /// and we offer none.
  private Finish finish(boolean isAskingForTools) {
    return switch (stopReason) {
      case "max_tokens", "model_context_window_exceeded" -> Finish.LENGTH;
      case "refusal" -> Finish.CONTENT_FILTER;
      default -> isAskingForTools ? Finish.TOOL_CALLS : Finish.STOP;
    };
  }

  private Optional<String> rawUsage() {
    return Optional.of(usage)
        .filter(node -> !node.isEmpty())
        .map(JsonNode::toString)
        .map(CleanText::of)
        .filter(json -> json.length() <= RAW_USAGE_CHARACTERS_MAX);
  }

  private static Optional<JsonNode> parse(String json) {
    try {
      return Optional.of(ObjectMappers.jsonMapper().readTree(json)).filter(JsonNode::isObject);
    } catch (JsonProcessingException _) {
      return Optional.empty();
    }
  }
}
