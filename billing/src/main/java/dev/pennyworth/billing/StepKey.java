package dev.pennyworth.billing;

/// One attempt of one step: what a hold belongs to.
///
/// @param step counts from 1 within the turn
/// @param attempt counts from 1 within the step
public record StepKey(TeamId team, BotId bot, TurnId turn, int step, int attempt) {
  public StepKey {
    if (step < 1 || attempt < 1) {
      throw new IllegalArgumentException("steps and attempts count from 1");
    }
  }

  /// The same for the same attempt, on every node: a second hold for it meets the first one's key.
  HoldId holdId() {
    return new HoldId(
        TypedIds.of(
            "hold", turn.uuid().toString(), Integer.toString(step), Integer.toString(attempt)));
  }
}
