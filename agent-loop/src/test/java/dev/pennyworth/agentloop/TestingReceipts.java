package dev.pennyworth.agentloop;

/// Receipts as tests compare them.
final class TestingReceipts {
  private TestingReceipts() {}

  /// A step as one line: its place, kind, tool, state, and what was held, cost and billed.
  static String line(TurnReport.Step step) {
    return "%d %s %s%s %d/%d/%d"
        .formatted(
            step.n(),
            step.kind(),
            step.toolName().map(name -> name + " ").orElse(""),
            step.state(),
            step.held().nanos(),
            step.cost().nanos(),
            step.billed().nanos());
  }
}
