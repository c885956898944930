package dev.pennyworth.botsapi.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pennyworth.billing.NanoUsd;
import java.math.BigDecimal;
import java.util.List;

/// Some series of figures over the same labels, to be drawn, and to be read in the table behind.
///
/// @param unit `usd`, `tokens`, `ms`, or empty
/// @param kind `bar`, `stack` or `line`
public record Chart(
    String title, String unit, String kind, List<String> labels, List<Series> series) {
  private static final int NANO_DIGITS = 9;

  public Chart {
    labels = List.copyOf(labels);
    series = List.copyOf(series);
  }

  /// A named row of figures.
  public record Series(String name, List<BigDecimal> values) {
    public Series {
      values = List.copyOf(values);
    }
  }

  /// Whether every figure is nought.
  public boolean isEmpty() {
    return series.stream()
        .allMatch(it -> it.values().stream().allMatch(value -> value.signum() == 0));
  }

  /// For the script that draws.
  public String json() {
    var chart = JsonNodeFactory.instance.objectNode();
    chart.put("kind", kind).put("unit", unit);
    var names = chart.putArray("labels");
    labels.forEach(names::add);
    var rows = chart.putArray("series");
    for (var one : series) {
      var row = rows.addObject().put("name", one.name());
      var values = row.putArray("values");
      // As texts: a number of its own would be rounded on the way.
      one.values().forEach(value -> values.add(value.toPlainString()));
    }
    return chart.toString();
  }

  /// A figure as the table has it.
  public String written(BigDecimal value) {
    return switch (unit) {
      case "usd" -> MoneyText.shown(nanos(value));
      case "ms" -> TimeText.ofMillis(value.longValue());
      default -> "%,d".formatted(value.longValue());
    };
  }

  private static NanoUsd nanos(BigDecimal dollars) {
    return new NanoUsd(dollars.movePointRight(NANO_DIGITS).longValueExact());
  }
}
