package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.CleanText;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.util.Optional;

/// Notes something about the person who writes, for later conversations.
public final class Remember implements Tool {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final ToolSpec SPEC =
      new ToolSpec(
          "remember",
          "Notes a fact about this user, to be found by recall in later conversations. The latest"
              + " 50 are kept.",
          """
          {"type":"object","properties":{"note":{"type":"string","minLength":1,"maxLength":500,\
          "description":"One fact, in a short sentence"}},\
          "required":["note"],"additionalProperties":false}\
          """);

  private final JdbcNotes notes;

  public Remember(JdbcNotes notes) {
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
    return true; // the note is kept under the call's own key
  }

  @Override
  public ToolResult call(String argumentsJson, ToolContext context) throws ToolFailed {
    var key = context.key();
    notes.add(
        key.team(),
        key.bot(),
        context.endUser(),
        context.idempotencyKey(),
        CleanText.of(note(argumentsJson)));
    return new ToolResult("Noted.");
  }

  private static String note(String argumentsJson) throws ToolFailed {
    try {
      return JSON.readTree(argumentsJson).path("note").asText();
    } catch (JsonProcessingException _) {
      throw new ToolFailed("The arguments are not JSON.");
    }
  }
}
