package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.botsapi.bots.Analytics;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;

/// A bot's figures by day, as charts.
public final class BotCharts {
  private static final int NANO_DIGITS = 9;

  private BotCharts() {}

  public static List<Chart> of(Analytics figures) {
    return List.of(
        new Chart(
            "Spent per day",
            "usd",
            "bar",
            days(figures),
            List.of(series(figures, "Cost", day -> dollars(day.totalCostCents())))),
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
