package dev.pennyworth.agentloop.tools;

import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/// Tells what [Remember] noted about the person who writes.
public final class Recall implements Tool {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final ToolSpec SPEC =
      new ToolSpec(
          "recall",
          "Tells what was noted about this user, oldest first.",
          """
          {"type":"object","properties":{},"additionalProperties":false}\
          """);

  private final JdbcNotes notes;

  public Recall(JdbcNotes notes) {
    this.notes = notes;
  }

  @Override
  public ToolSpec spec() {
    return SPEC;
  }

  @Override
  public Optional<ToolPrice> price() {
    return Optional.empty();
  }

  @Override
  public Duration timeout() {
    return TIMEOUT;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public ToolResult call(String argumentsJson, ToolContext context) {
    var all = notes.latest(context.key().team(), context.key().bot(), context.endUser());
    return new ToolResult(
        all.isEmpty()
            ? "Nothing was noted yet."
            : all.stream().map(note -> "- " + note).collect(Collectors.joining("\n")));
  }
}
