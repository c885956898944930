package dev.pennyworth.botsapi.dashboard;

import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TokenUsage;
import dev.pennyworth.botsapi.money.JdbcUsageDays;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// A team's figures by day, as charts: every day of the range, also those on which nothing was.
final class UsageCharts {
  /// As many as there are colours; the rest are one.
  private static final int MODELS_MAX = 4;

  private static final int NANO_DIGITS = 9;
  private static final String OTHERS = "Others";

  private final List<LocalDate> days;
  private final JdbcUsageDays.Days figures;

  private UsageCharts(LocalDate from, LocalDate to, JdbcUsageDays.Days figures) {
    this.days = from.datesUntil(to.plusDays(1)).toList();
    this.figures = figures;
  }

  static List<Chart> of(LocalDate from, LocalDate to, JdbcUsageDays.Days figures) {
    var charts = new UsageCharts(from, to, figures);
    return List.of(charts.spend(), charts.tokens(), charts.talk(), charts.latency());
  }

  private Chart spend() {
    var costs = new HashMap<String, Map<LocalDate, Long>>();
    for (var row : figures.models()) {
      costs
          .computeIfAbsent(row.model().orElse("Tools"), _ -> new HashMap<>())
          .merge(row.day(), row.cost().nanos(), Math::addExact);
    }
    var dearest =
        costs.keySet().stream()
            .sorted(
                Comparator.comparingLong((String it) -> -sum(costs.getOrDefault(it, Map.of())))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    var shown = new ArrayList<Chart.Series>();
    var others = new HashMap<LocalDate, Long>();
    for (var name : dearest) {
      var byDay = costs.getOrDefault(name, Map.of());
      if (shown.size() < MODELS_MAX) {
        shown.add(series(name, byDay, it -> BigDecimal.valueOf(it, NANO_DIGITS)));
      } else {
        byDay.forEach((day, nanos) -> others.merge(day, nanos, Math::addExact));
      }
    }
    if (!others.isEmpty()) {
      shown.add(series(OTHERS, others, it -> BigDecimal.valueOf(it, NANO_DIGITS)));
    }
    return chart("Spend per day by model", "usd", "stack", shown);
  }

  private static long sum(Map<LocalDate, Long> byDay) {
    return byDay.values().stream().mapToLong(Long::longValue).sum();
  }

  private Chart tokens() {
    return chart(
        "Tokens per day",
        "tokens",
        "stack",
        List.of(
            tokens("Input", TokenUsage::input),
            tokens("Output", TokenUsage::output),
            tokens("Cache read", TokenUsage::cacheRead),
            tokens("Cache write", TokenUsage::cacheWrite)));
  }

  private Chart.Series tokens(String name, ToLongFunction<TokenUsage> bucket) {
    var byDay = new HashMap<LocalDate, Long>();
    figures
        .models()
        .forEach(row -> byDay.merge(row.day(), bucket.applyAsLong(row.tokens()), Math::addExact));
    return series(name, byDay, BigDecimal::valueOf);
  }

  private Chart talk() {
    var rows = figures.talk();
    return chart(
        "Messages and people per day",
        "",
        "bar",
        List.of(
            counts("Received", rows, JdbcUsageDays.TalkDay::day, JdbcUsageDays.TalkDay::received),
            counts("Sent", rows, JdbcUsageDays.TalkDay::day, JdbcUsageDays.TalkDay::sent),
            counts("People", rows, JdbcUsageDays.TalkDay::day, JdbcUsageDays.TalkDay::users)));
  }

  private Chart latency() {
    var rows = figures.latencies();
    return chart(
        "Time to the answer",
        "ms",
        "line",
        List.of(
            counts(
                "Half of all",
                rows,
                JdbcUsageDays.LatencyDay::day,
                JdbcUsageDays.LatencyDay::p50Millis),
            counts(
                "95 of 100",
                rows,
                JdbcUsageDays.LatencyDay::day,
                JdbcUsageDays.LatencyDay::p95Millis)));
  }

  private <T> Chart.Series counts(
      String name, List<T> rows, Function<T, LocalDate> day, Function<T, Long> value) {
    return series(name, rows.stream().collect(Collectors.toMap(day, value)), BigDecimal::valueOf);
  }

  private Chart.Series series(
      String name, Map<LocalDate, Long> byDay, Function<Long, BigDecimal> written) {
    return new Chart.Series(
        name, days.stream().map(day -> written.apply(byDay.getOrDefault(day, 0L))).toList());
  }

  private Chart chart(String title, String unit, String kind, List<Chart.Series> series) {
    return new Chart(title, unit, kind, days.stream().map(LocalDate::toString).toList(), series);
  }

  /// Whole days until nothing is left, at the mean of days that are over.
  ///
  /// @param spent on those days together
  static long daysLeft(NanoUsd available, NanoUsd spent, int days) {
    var left = BigDecimal.valueOf(Math.max(0, available.nanos()));
    return left.multiply(BigDecimal.valueOf(days))
        .divideToIntegralValue(BigDecimal.valueOf(spent.nanos()))
        .min(BigDecimal.valueOf(Long.MAX_VALUE))
        .longValue();
  }
}
