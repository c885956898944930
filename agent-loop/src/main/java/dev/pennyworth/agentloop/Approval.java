package dev.pennyworth.agentloop;

import dev.pennyworth.agentloop.model.ToolCall;
import dev.pennyworth.billing.NanoUsd;

/// What an owner is told about a step that waits for him.
final class Approval {
  private Approval() {}

  static String ofModel(TurnInProgress turn, StepPlanner.Plan plan) {
    return "Step %d, a call of %s, may cost up to %s cents, more than the approval point of %s cents."
        .formatted(
            turn.nextStep(),
            plan.job().choice().model(),
            plan.worstCase().toCents(),
            point(turn).toCents());
  }

  static String ofTool(TurnInProgress turn, int step, ToolCall call, NanoUsd price) {
    return "Step %d, a call of the tool %s, costs %s cents, more than the approval point of %s cents."
        .formatted(step, CleanText.of(call.toolName()), price.toCents(), point(turn).toCents());
  }

  private static NanoUsd point(TurnInProgress turn) {
    return turn.bot().approval().orElse(NanoUsd.ZERO);
  }
}
