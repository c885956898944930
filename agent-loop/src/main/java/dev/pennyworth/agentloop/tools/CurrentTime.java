package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/// Tells the time, in the bot's zone or in one that the model names.
public final class CurrentTime implements Tool {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ToolSpec SPEC =
      new ToolSpec(
          "current_time",
          "Tells the current date and time.",
          """
          {"type":"object","properties":{"zone":{"type":"string",\
          "description":"An IANA time zone such as Europe/Berlin"}},\
          "additionalProperties":false}\
          """);

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final InstantSource clock;

  public CurrentTime(InstantSource clock) {
    this.clock = clock;
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
  public ToolResult call(String argumentsJson, ToolContext context) throws ToolFailed {
    var asked = zone(argumentsJson, context.zone());
    var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).atZone(asked);
    String day = now.format(DateTimeFormatter.ofPattern("EEEE", Locale.ENGLISH));
    return new ToolResult(day + ", " + now.toOffsetDateTime() + " (" + asked.getId() + ")");
  }

  private static ZoneId zone(String argumentsJson, ZoneId zone) throws ToolFailed {
    try {
      JsonNode arguments = JSON.readTree(argumentsJson.isBlank() ? "{}" : argumentsJson);
      if (!arguments.isObject()) {
        throw new ToolFailed("The arguments must be a JSON object such as {\"zone\":\"UTC\"}.");
      }
      JsonNode named = arguments.path("zone");
      return named.isMissingNode() || named.isNull() ? zone : ZoneId.of(named.asText());
    } catch (JsonProcessingException | DateTimeException _) {
      throw new ToolFailed(
          "The arguments must be a JSON object whose zone is an IANA time zone such as"
              + " Europe/Berlin.");
    }
  }
}
