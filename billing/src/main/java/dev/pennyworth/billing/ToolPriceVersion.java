package dev.pennyworth.billing;

import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/// One version of a tool's price list.
///
/// @param effectiveFrom from when it holds, until the next version of the same tool
public record ToolPriceVersion(ToolPrice price, Instant effectiveFrom) {

  public String tool() {
    return price.list().model();
  }

  /// Its figures as people read them, in cents.
  Map<String, String> figures() {
    String rules =
        price.rules().stream()
            .map(rule ->
                switch (rule) {
                  case ToolPrice.Rule.Equal(var argument, var value, var cost) ->
                      argument + " = " + value + ": " + cost.toCents();
                  case ToolPrice.Rule.PerUnit(var argument, var cost) ->
                      "each unit of " + argument + ": " + cost.toCents();
                })
            .collect(Collectors.joining("; "));
    return Map.of(
        "price_id", price.list().id(), "price_cents", price.base().toCents(), "rules", rules);
  }
}
