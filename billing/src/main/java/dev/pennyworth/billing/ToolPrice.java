package dev.pennyworth.billing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;

/// What a tool call costs: a fixed price, another one for certain arguments, or so much for each
/// unit of an argument. Known before the call, so that exactly this is held.
///
/// @param list names the version of this price list; every charge stores it
/// @param base what a call costs if no rule says otherwise
/// @param rules the first [Rule.Equal] that holds replaces the base; every [Rule.PerUnit] adds to
///   it
public record ToolPrice(Price list, NanoUsd base, List<Rule> rules) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// More units than this are a mistake; the price stops growing there.
  private static final long UNITS_MAX = 1_000_000;

  /// How a price depends on an argument.
  public sealed interface Rule {
    String argument();

    NanoUsd price();

    /// If the argument, as text, is this value, the call costs this price.
    record Equal(String argument, String value, NanoUsd price) implements Rule {}

    /// The call costs this much more for each unit of a number, for each character of a text, or
    /// for each element of a list. A number is rounded up to whole units.
    record PerUnit(String argument, NanoUsd price) implements Rule {}
  }

  public ToolPrice {
    rules = List.copyOf(rules);
    boolean isNegative =
        base.isNegative() || rules.stream().anyMatch(rule -> rule.price().isNegative());
    if (isNegative) {
      throw new IllegalArgumentException("the price of " + list.model() + " is negative");
    }
  }

  /// Whether no call can cost anything.
  public boolean isFree() {
    return base.nanos() == 0 && rules.stream().allMatch(rule -> rule.price().nanos() == 0);
  }

  /// What a call with these arguments costs. Arguments that are no JSON object match no rule.
  public NanoUsd of(String argumentsJson) {
    var arguments = parse(argumentsJson);
    var price = replaced(arguments).orElse(base);
    for (var rule : rules) {
      if (rule instanceof Rule.PerUnit perUnit) {
        long units = units(arguments.path(perUnit.argument()));
        price = price.plus(new NanoUsd(Math.multiplyExact(units, perUnit.price().nanos())));
      }
    }
    return price;
  }

  private Optional<NanoUsd> replaced(JsonNode arguments) {
    return rules.stream()
        .filter(Rule.Equal.class::isInstance)
        .map(Rule.Equal.class::cast)
        .filter(rule ->
            arguments.path(rule.argument()).isValueNode()
                && arguments.path(rule.argument()).asText().equals(rule.value()))
        .map(Rule.Equal::price)
        .findFirst();
  }

  private static long units(JsonNode argument) {
    if (argument.isNumber()) {
      return Math.min(wholeUnits(argument), UNITS_MAX);
    }
    String text = argument.isTextual() ? argument.textValue() : "";
    long size = argument.isTextual() ? text.codePointCount(0, text.length()) : argument.size();
    return Math.min(size, UNITS_MAX);
  }

  /// Rounded up; none of a negative number.
  private static long wholeUnits(JsonNode number) {
    if (number.asText().startsWith("-")) {
      return 0;
    }
    if (!number.canConvertToLong()) {
      return UNITS_MAX;
    }
    long whole = Math.min(number.longValue(), UNITS_MAX);
    return number.canConvertToExactIntegral() ? whole : whole + 1;
  }

  private static JsonNode parse(String argumentsJson) {
    try {
      return JSON.readTree(argumentsJson.isBlank() ? "{}" : argumentsJson);
    } catch (JsonProcessingException _) {
      return JSON.createObjectNode();
    }
  }
}
