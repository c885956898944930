package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.agentloop.tools.ToolEnd;
import java.util.List;
import java.util.Locale;

/// A step of a turn as it is stored, as far as going on needs it.
sealed interface StepRecord {
  int n();

  State state();

  /// A model call.
  ///
  /// @param attempt of the last try
  /// @param purpose `answer` or `summary`
  /// @param text what the model wrote; empty until done
  /// @param toolCalls what it asked for; empty until done
  record Model(
      int n,
      State state,
      int attempt,
      String purpose,
      ModelChoice choice,
      String text,
      List<ToolCall> toolCalls)
      implements StepRecord {
    public Model {
      toolCalls = List.copyOf(toolCalls);
    }
  }

  /// A tool call.
  ///
  /// @param attempt of the last try
  /// @param result what the tool answered; empty until done
  record Tool(int n, State state, int attempt, ToolCall call, String result)
      implements StepRecord {}

  /// How far a step got. `unknown`: it was started and its outcome never came.
  enum State {
    STARTED,
    DONE,
    FAILED,
    UNKNOWN;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(ToolEnd end) {
      return switch (end) {
        case DONE -> DONE;
        case FAILED -> FAILED;
        case UNKNOWN -> UNKNOWN;
      };
    }

    /// How the tool call of a finished step ended.
    ToolEnd end() {
      return switch (this) {
        case DONE -> ToolEnd.DONE;
        case FAILED -> ToolEnd.FAILED;
        case STARTED, UNKNOWN -> ToolEnd.UNKNOWN;
      };
    }

    static State of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }
}
