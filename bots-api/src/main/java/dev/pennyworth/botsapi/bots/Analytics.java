package dev.pennyworth.botsapi.bots;

import dev.pennyworth.billing.JdbcRollups;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TokenUsage;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A bot's figures by day, every day of the range present, and their sums.
public record Analytics(String timezone, List<Day> daily, Summary summary) {

  /// One day, in the bot's time zone.
  public record Day(
      LocalDate date,
      long messagesReceived,
      long messagesSent,
      long tokensInput,
      long tokensOutput,
      long tokensCacheRead,
      long tokensCacheWrite,
      NanoUsd totalCostCents,
      NanoUsd billedCents,
      long uniqueUsers,
      long errors,
      long p50LatencyMs,
      long p95LatencyMs) {}

  /// The sums over the range.
  ///
  /// @param totalMessages received and sent
  /// @param totalTokens of all buckets
  public record Summary(
      long totalConversations,
      long totalMessages,
      long totalTokens,
      NanoUsd totalCostCents,
      NanoUsd billedCents) {}

  static Analytics of(
      String timezone,
      LocalDate from,
      LocalDate to,
      List<JdbcRollups.Day> rollups,
      Map<LocalDate, JdbcLogs.Latencies> latencies,
      long conversations) {
    var byDate =
        rollups.stream().collect(Collectors.toMap(JdbcRollups.Day::date, Function.identity()));
    var daily = new ArrayList<Day>();
    for (var date = from; !date.isAfter(to); date = date.plusDays(1)) {
      daily.add(
          day(
              byDate.getOrDefault(date, empty(date)),
              latencies.getOrDefault(date, new JdbcLogs.Latencies(0, 0))));
    }
    return new Analytics(timezone, daily, summary(daily, conversations));
  }

  private static JdbcRollups.Day empty(LocalDate date) {
    return new JdbcRollups.Day(date, 0, 0, 0, TokenUsage.NONE, NanoUsd.ZERO, NanoUsd.ZERO, 0);
  }

  private static Day day(JdbcRollups.Day rollup, JdbcLogs.Latencies latencies) {
    var tokens = rollup.tokens();
    return new Day(
        rollup.date(),
        rollup.messagesReceived(),
        rollup.messagesSent(),
        tokens.input(),
        tokens.output(),
        tokens.cacheRead(),
        tokens.cacheWrite(),
        rollup.cost(),
        rollup.billed(),
        rollup.uniqueUsers(),
        rollup.errors(),
        latencies.p50Millis(),
        latencies.p95Millis());
  }

  private static Summary summary(List<Day> daily, long conversations) {
    long messages = 0;
    long tokens = 0;
    var cost = NanoUsd.ZERO;
    var billed = NanoUsd.ZERO;
    for (var day : daily) {
      messages += day.messagesReceived() + day.messagesSent();
      tokens +=
          day.tokensInput() + day.tokensOutput() + day.tokensCacheRead() + day.tokensCacheWrite();
      cost = cost.plus(day.totalCostCents());
      billed = billed.plus(day.billedCents());
    }
    return new Summary(conversations, messages, tokens, cost, billed);
  }
}
