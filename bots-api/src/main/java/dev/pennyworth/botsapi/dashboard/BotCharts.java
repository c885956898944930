package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.bots.Analytics;
import dev.pennyworth.botsapi.bots.JdbcLogs;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A bot's figures by day, as charts.
public final class BotCharts {
  private static final int NANO_DIGITS = 9;
  private static final int MODELS_MAX = 4;
  private static final String OTHERS = "others";

  private BotCharts() {}

  /// @param spent by day and model
  public static List<Chart> of(Analytics figures, List<JdbcLogs.SpentOn> spent) {
    return List.of(
        new Chart(
            "Spent per day, by model", "usd", "stack", days(figures), byModel(figures, spent)),
        new Chart(
            "Tokens per day",
            "tokens",
            "stack",
            days(figures),
            List.of(
                series(figures, "Input", day -> count(day.tokensInput())),
                series(figures, "Output", day -> count(day.tokensOutput())),
                series(figures, "Cache read", day -> count(day.tokensCacheRead())),
                series(figures, "Cache write", day -> count(day.tokensCacheWrite())))),
        new Chart(
            "Messages and people per day",
            "",
            "bar",
            days(figures),
            List.of(
                series(figures, "Received", day -> count(day.messagesReceived())),
                series(figures, "Sent", day -> count(day.messagesSent())),
                series(figures, "People", day -> count(day.uniqueUsers())))),
        new Chart(
            "Time to the answer",
            "ms",
            "line",
            days(figures),
            List.of(
                series(figures, "Half of all", day -> count(day.p50LatencyMs())),
                series(figures, "95 of 100", day -> count(day.p95LatencyMs())))));
  }

  /// The dearest models by name, and all others together: more colours tell nothing.
  private static List<Chart.Series> byModel(Analytics figures, List<JdbcLogs.SpentOn> spent) {
    var totals = new HashMap<String, Long>();
    spent.forEach(it -> totals.merge(it.name(), it.cost().nanos(), Math::addExact));
    var dearest =
        totals.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .limit(MODELS_MAX)
            .toList();
    var names = new ArrayList<>(dearest);
    if (totals.size() > dearest.size()) {
      names.add(OTHERS);
    }
    var nanos = new HashMap<Map.Entry<String, LocalDate>, Long>();
    for (var one : spent) {
      var name = dearest.contains(one.name()) ? one.name() : OTHERS;
      nanos.merge(Map.entry(name, one.day()), one.cost().nanos(), Math::addExact);
    }
    return names.stream()
        .map(name ->
            series(
                figures,
                name,
                day -> dollars(new NanoUsd(nanos.getOrDefault(Map.entry(name, day.date()), 0L)))))
        .toList();
  }

  private static List<String> days(Analytics figures) {
    return figures.daily().stream().map(day -> day.date().toString()).toList();
  }

  private static Chart.Series series(
      Analytics figures, String name, Function<Analytics.Day, BigDecimal> value) {
    return new Chart.Series(name, figures.daily().stream().map(value).toList());
  }

  private static BigDecimal count(long number) {
    return BigDecimal.valueOf(number);
  }

  private static BigDecimal dollars(NanoUsd amount) {
    return BigDecimal.valueOf(amount.nanos(), NANO_DIGITS);
  }
}
