package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.agentloop.TurnReport;

/// A step of a receipt in a person's words.
public final class StepText {
  private StepText() {}

  /// What it was for, and why it was this model.
  public static String purpose(TurnReport.Step step) {
    if (step.kind().equals("tool")) {
      return step.isSuccess() || step.state().equals("started") ? "tool" : "tool, failed";
    }
    return step.modelReason()
        .filter(reason -> !reason.equals("main"))
        .map(reason -> step.purpose() + ", " + reason.replace('_', ' '))
        .orElse(step.purpose());
  }

  /// As badges name states.
  public static String state(TurnReport.Step step) {
    return step.state().equals("started") ? "running" : step.state();
  }

  public static String tokensInAll(TurnReport.Step step) {
    long all = step.tokens().inputInAll() + step.tokens().output();
    return all == 0 ? "–" : "%,d".formatted(all);
  }

  /// By bucket.
  public static String tokens(TurnReport.Step step) {
    var tokens = step.tokens();
    return "%,d input, %,d output, %,d cache read, %,d cache write"
        .formatted(
            tokens.input(),
            tokens.output(),
            tokens.cacheRead(),
            tokens.cacheWrite() + tokens.cacheWriteHour());
  }
}
