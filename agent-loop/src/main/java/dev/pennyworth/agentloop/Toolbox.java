package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.model.ToolSpec;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The tools that a bot's model may ask for.
final class Toolbox {
  /// A longer result is cut here, and says so.
  static final int RESULT_CHARACTERS_MAX = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(Toolbox.class);

  private final Map<String, Tool> tools;

  Toolbox(List<Tool> tools) {
    this.tools =
        tools.stream().collect(Collectors.toMap(tool -> tool.spec().name(), Function.identity()));
  }

  List<ToolSpec> specs() {
    return tools.values().stream().map(Tool::spec).toList();
  }

  /// Runs one call; whatever goes wrong is an outcome too, for the model to read.
  ToolOutcome call(ToolCall call, ZoneId zone) {
    long startedNanos = System.nanoTime();
    var tool = tools.get(call.toolName());
    if (tool == null) {
      return outcome(
          "There is no tool called "
              + call.toolName()
              + ". There are: "
              + String.join(", ", tools.keySet())
              + ".",
          false,
          startedNanos);
    }
    try {
      return outcome(tool.call(call.argumentsJson(), zone), true, startedNanos);
    } catch (Tool.ToolFailed e) {
      return outcome(String.valueOf(e.getMessage()), false, startedNanos);
    } catch (RuntimeException e) {
      LOG.error("the tool {} broke", call.toolName(), e);
      return outcome("The tool is broken at the moment.", false, startedNanos);
    }
  }

  private static ToolOutcome outcome(String text, boolean isSuccess, long startedNanos) {
    String cut =
        text.length() <= RESULT_CHARACTERS_MAX
            ? text
            : text.substring(0, RESULT_CHARACTERS_MAX) + " [cut: the result was longer]";
    return new ToolOutcome(
        CleanText.of(cut), isSuccess, Duration.ofNanos(System.nanoTime() - startedNanos));
  }
}
