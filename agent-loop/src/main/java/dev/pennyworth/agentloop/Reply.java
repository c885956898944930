package dev.pennyworth.agentloop;

/// What the end user reads at the end of a turn: never silence.
final class Reply {
  private Reply() {}

  static String of(TurnInProgress turn, Ending ending) {
    return ending.said().orElseGet(() -> greeting(turn) + text(turn, ending));
  }

  /// What follows from why the turn ended. A half answer that was paid for is better than none.
  private static String text(TurnInProgress turn, Ending ending) {
    return switch (ending.reason()) {
      case SPENDING_CAP, INSUFFICIENT_BALANCE, PLAN_QUOTA, MESSAGE_BUDGET, AWAITING_APPROVAL ->
          turn.bot().limitMessage();
      case PROVIDER_ERROR, NO_PRICE -> turn.bot().fallbackMessage();
      case COMPLETED, MAX_TOKENS, MAX_ITERATIONS, TIMEOUT ->
          turn.bestText().isBlank() ? turn.bot().fallbackMessage() : turn.bestText();
    };
  }

  private static String greeting(TurnInProgress turn) {
    return turn.isFirstContact()
        ? turn.bot()
            .welcomeMessage()
            .filter(text -> !text.isBlank())
            .map(text -> text + "\n\n")
            .orElse("")
        : "";
  }
}
