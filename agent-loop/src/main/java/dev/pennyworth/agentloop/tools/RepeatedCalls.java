package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.model.ToolCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The tool calls of one turn, and what becomes of one that was made before: a model that asks the
/// same again and again would pay for it until something else stopped it.
///
/// Two calls are the same if they ask the same tool with the same JSON, in whatever order its
/// members stand.
public final class RepeatedCalls {
  /// Asking once more than this is answered by nobody.
  private static final int ASKED_MAX = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final Map<String, Asked> asked = new HashMap<>();

  public RepeatedCalls() {}

  /// @param answer what the call brought and would bring again; empty if it failed, and may be
  ///   tried once more
  private record Asked(int times, Optional<Verdict.Answer> answer) {}

  /// What to do about a call.
  public sealed interface Verdict {
    /// Run it.
    record Run() implements Verdict {}

    /// Do not run it, but answer this.
    record Answer(String text, ToolEnd end) implements Verdict {}
  }

  /// Notes that a call has its result.
  public void note(ToolCall call, String result, ToolEnd end) {
    var answer =
        end == ToolEnd.FAILED
            ? Optional.<Verdict.Answer>empty()
            : Optional.of(
                new Verdict.Answer(
                    "(You asked this before; it was not run again. It brought:)\n" + result, end));
    asked.merge(
        key(call),
        new Asked(1, answer),
        (before, now) -> new Asked(before.times() + 1, before.answer().or(now::answer)));
  }

  /// What to do about a call that was just asked for.
  ///
  /// @param before what the model asked for in the same breath, before it
  public Verdict of(ToolCall call, List<ToolCall> before) {
    var key = key(call);
    var known = asked.getOrDefault(key, new Asked(0, Optional.empty()));
    int times =
        known.times() + (int) before.stream().filter(other -> key(other).equals(key)).count();
    if (times >= ASKED_MAX) {
      return new Verdict.Answer(
          "You asked this %d times, with the same arguments; it was not run again. Answer with what you have."
              .formatted(times + 1),
          ToolEnd.FAILED);
    }
    return known.answer().<Verdict>map(answer -> answer).orElseGet(Verdict.Run::new);
  }

  private static String key(ToolCall call) {
    return call.toolName() + "\n" + canonical(call.argumentsJson());
  }

  private static String canonical(String argumentsJson) {
    try {
      var arguments = JSON.readTree(argumentsJson.isBlank() ? "{}" : argumentsJson);
      return sorted(arguments).toString();
    } catch (JsonProcessingException _) {
      return argumentsJson.strip();
    }
  }

  private static JsonNode sorted(JsonNode node) {
    if (node.isObject()) {
      var members = new TreeMap<String, JsonNode>();
      node.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
      var object = JSON.createObjectNode();
      members.forEach(object::set);
      return object;
    }
    if (node.isArray()) {
      var array = JSON.createArrayNode();
      node.forEach(element -> array.add(sorted(element)));
      return array;
    }
    return node.isNumber()
        ? JSON.getNodeFactory().numberNode(node.decimalValue().stripTrailingZeros())
        : node;
  }
}
