package dev.pennyworth.agentloop.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.model.ToolSpec;
import dev.pennyworth.billing.ToolPrice;
import java.time.Duration;
import java.util.Optional;

/// Calculates in exact decimals: models are bad at it.
public final class Calculator implements Tool {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final ToolSpec SPEC =
      new ToolSpec(
          "calculator",
          "Calculates exactly. Knows + - * / % ^ and parentheses, PI, E, and ABS, AVERAGE, CEILING,"
              + " FLOOR, MAX, MIN, ROUND(value, places), SQRT, SUM.",
          """
          {"type":"object","properties":{"expression":{"type":"string","maxLength":500,\
          "description":"Such as 19.99 * 3 + ROUND(100 / 7, 2)"}},\
          "required":["expression"],"additionalProperties":false}\
          """);

  public Calculator() {}

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
    try {
      var expression = JSON.readTree(argumentsJson).path("expression").asText();
      return new ToolResult(Arithmetic.of(expression));
    } catch (JsonProcessingException _) {
      throw new ToolFailed("The arguments are not JSON.");
    } catch (ArithmeticException e) {
      throw new ToolFailed("That cannot be calculated: " + e.getMessage());
    }
  }
}
