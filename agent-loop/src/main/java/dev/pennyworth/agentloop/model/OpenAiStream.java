package dev.pennyworth.agentloop.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.core.ObjectMappers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Puts the chunks of a streamed chat completion together into the body that the same completion
/// has when it is not streamed, so that [OpenAiAnswer] reads both.
///
/// Chunks are read as trees, and nothing is demanded of them: usage may come in any chunk or under
/// another name, tool calls without an index or an id, arguments as an object, a whole message
/// instead of a delta.
final class OpenAiStream {
  /// More than any model writes: 200,000 tokens are about a million characters.
  private static final int CHARACTERS_MAX = 4 << 20;

  private static final String ARGUMENTS = "arguments";

  private final StreamedText content;
  private final Consumer<String> listener;
  private final StringBuilder refusal = new StringBuilder();
  private final StringBuilder reasoning = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();
  private int argumentCharacters;
  private String id = "";
  private String finishReason = "";
  private Optional<JsonNode> usage = Optional.empty();
  private boolean hasBegun;

  OpenAiStream(Consumer<String> listener) {
    this.listener = listener;
    this.content = new StreamedText(listener);
  }

  /// A tool call as far as it has come.
  private static final class Call {
    private final int index;
    private String id = "";
    private String name = "";
    private final StringBuilder arguments = new StringBuilder();

    private Call(int index) {
      this.index = index;
    }
  }

  /// Takes the next chunk.
  ///
  /// @return whether more may come: false once it is longer than any answer
  boolean add(JsonNode chunk) {
    id = id.isEmpty() ? chunk.path("id").asText("") : id;
    noteUsage(chunk.path("x_groq").path("usage"));
    noteUsage(chunk.path("usage"));
    for (var choice : chunk.path("choices")) {
      noteUsage(choice.path("usage"));
      if (choice.isObject() && choice.path("index").asInt(0) == 0) {
        addChoice(choice);
      }
    }
    return characters() <= CHARACTERS_MAX;
  }

  /// The last usage that can be believed; some servers send a running one.
  private void noteUsage(JsonNode reported) {
    if (reported.isObject()) {
      hasBegun = true;
      if (usage.isEmpty() || OpenAiUsage.read(reported).isPresent()) {
        usage = Optional.of(reported);
      }
    }
  }

  private void addChoice(JsonNode choice) {
    hasBegun = true;
    JsonNode reason = choice.path("finish_reason");
    finishReason =
        reason.isTextual() && !reason.asText().isEmpty() ? reason.asText() : finishReason;
    JsonNode delta =
        choice.path("delta").isObject() ? choice.path("delta") : choice.path("message");
    content.append(OpenAiAnswer.content(delta.path("content")));
    refusal.append(delta.path("refusal").asText(""));
    reasoning.append(delta.path("reasoning").asText(""));
    reasoning.append(delta.path("reasoning_content").asText(""));
    delta.path("tool_calls").forEach(this::addCall);
  }

  private void addCall(JsonNode delta) {
    var found = call(delta);
    if (found.isEmpty() && calls.size() == OpenAiAnswer.TOOL_CALLS_MAX) {
      return;
    }
    var call = found.orElseGet(() -> newCall(delta));
    JsonNode function = delta.path("function");
    call.id = call.id.isEmpty() ? delta.path("id").asText("") : call.id;
    call.name = call.name.isEmpty() ? function.path("name").asText("") : call.name;
    JsonNode arguments = function.path(ARGUMENTS);
    String piece = arguments.isObject() ? arguments.toString() : arguments.asText("");
    call.arguments.append(piece);
    argumentCharacters += piece.length();
  }

  private Call newCall(JsonNode delta) {
    var call = new Call(delta.path("index").asInt(calls.size()));
    calls.add(call);
    return call;
  }

  /// Which call a piece belongs to; empty if it begins a new one. Some servers number all calls
  /// zero: another id is another call. A piece with neither number nor id goes on with the last,
  /// unless it names a tool.
  private Optional<Call> call(JsonNode delta) {
    String callId = delta.path("id").asText("");
    if (!callId.isEmpty()) {
      var known = calls.stream().filter(call -> call.id.equals(callId)).findFirst();
      return known.isPresent() ? known : numbered(delta).filter(call -> call.id.isEmpty());
    }
    if (delta.path("index").isIntegralNumber()) {
      return numbered(delta);
    }
    boolean isNamed = !delta.path("function").path("name").asText("").isEmpty();
    return isNamed || calls.isEmpty() ? Optional.empty() : Optional.of(calls.getLast());
  }

  /// The last of that number.
  private Optional<Call> numbered(JsonNode delta) {
    JsonNode index = delta.path("index");
    return calls.reversed().stream()
        .filter(call -> index.isIntegralNumber() && call.index == index.asInt())
        .findFirst();
  }

  /// Whether the provider has said anything that it would bill.
  boolean hasBegun() {
    return hasBegun;
  }

  /// Whether the model has written anything.
  boolean isWritten() {
    return characters() > 0 || !calls.isEmpty();
  }

  /// Whether the model has said why it stopped, and so has written all that it had to.
  boolean isFinished() {
    return !finishReason.isEmpty();
  }

  private long characters() {
    return (long) content.length() + refusal.length() + reasoning.length() + argumentCharacters;
  }

  /// Our own count of what came. Reasoning is output too.
  long outputTokens() {
    var counter = TokenCounter.o200k();
    long tokens =
        counter.count(content.toString())
            + counter.count(refusal.toString())
            + counter.count(reasoning.toString());
    for (var call : calls) {
      tokens += counter.count(call.name) + counter.count(call.arguments.toString());
    }
    return tokens;
  }

  /// Tells what is still untold, once nothing more comes. A refusal is told if it is all there is.
  void end() {
    content.end();
    if (content.length() == 0 && !refusal.isEmpty()) {
      var told = new StreamedText(listener);
      told.append(refusal.toString());
      told.end();
    }
  }

  /// The whole as the body of a chat completion.
  JsonNode body() {
    var body = ObjectMappers.jsonMapper().createObjectNode();
    body.put("id", id);
    if (hasBegun) {
      var choice = body.putArray("choices").addObject();
      choice.put("finish_reason", finishReason);
      message(choice.putObject("message"));
    }
    usage.ifPresent(reported -> body.set("usage", reported));
    return body;
  }

  private void message(ObjectNode message) {
    message.put("content", content.toString());
    message.put("refusal", refusal.toString());
    var toolCalls = message.putArray("tool_calls");
    for (var call : calls) {
      var written = toolCalls.addObject();
      written.put("id", call.id);
      written
          .putObject("function")
          .put("name", call.name)
          .put(ARGUMENTS, call.arguments.toString());
    }
  }
}
