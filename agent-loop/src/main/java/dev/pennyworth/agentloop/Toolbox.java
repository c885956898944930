package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.agentloop.tools.ResultText;
import dev.pennyworth.agentloop.tools.SchemaCheck;
import dev.pennyworth.agentloop.tools.Tool;
import dev.pennyworth.agentloop.tools.ToolContext;
import dev.pennyworth.agentloop.tools.ToolEnd;
import dev.pennyworth.agentloop.tools.ToolFailed;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tools that a bot's model may ask for.
final class Toolbox {
  /// A longer result is cut here, and says so.
  static final int RESULT_CHARACTERS_MAX = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(Toolbox.class);

  private final Map<String, Tool> tools = new LinkedHashMap<>();
  private final SchemaCheck schemas;

  /// @param tools each of another name; a later one of the same is left out
  Toolbox(List<Tool> tools, SchemaCheck schemas) {
    tools.forEach(tool -> this.tools.putIfAbsent(tool.spec().name(), tool));
    this.schemas = schemas;
  }

  List<ToolSpec> specs() {
    return tools.values().stream().map(Tool::spec).toList();
  }

  /// Empty if there is no such tool now.
  Optional<Tool> find(String name) {
    return Optional.ofNullable(tools.get(name));
  }

  /// Runs one call; whatever goes wrong is an outcome too, for the model to read.
  ToolOutcome call(ToolCall call, ToolContext context) {
    long startedNanos = System.nanoTime();
    var tool = tools.get(call.toolName());
    if (tool == null) {
      return outcome(missing(call), ToolEnd.FAILED, startedNanos);
    }
    var arguments = call.argumentsJson().isBlank() ? "{}" : call.argumentsJson();
    try {
      schemas.check(tool.spec().parametersJson(), arguments);
      return outcome(tool.call(arguments, context).text(), ToolEnd.DONE, startedNanos);
    } catch (ToolFailed e) {
      var end = e.mayHaveActed() ? ToolEnd.UNKNOWN : ToolEnd.FAILED;
      return outcome(e.text(), end, startedNanos);
    } catch (RuntimeException e) {
      LOG.error("the tool {} broke", call.toolName(), e);
      return outcome("The tool is broken at the moment.", ToolEnd.FAILED, startedNanos);
    }
  }

  private String missing(ToolCall call) {
    return "There is no tool called "
        + call.toolName()
        + ". There are: "
        + String.join(", ", tools.keySet())
        + ".";
  }

  private static ToolOutcome outcome(String text, ToolEnd end, long startedNanos) {
    String cut =
        text.length() <= RESULT_CHARACTERS_MAX
            ? text
            : ResultText.cut(text, RESULT_CHARACTERS_MAX) + " [cut: the result was longer]";
    return new ToolOutcome(
        CleanText.of(cut), end, Duration.ofNanos(System.nanoTime() - startedNanos));
  }
}
