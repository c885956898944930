package dev.pennyworth.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Daily figures can be made anew from the ledger, and then equal those that were written live.
final class JdbcRollupsTest {
  private static final LocalDate FIRST = LocalDate.parse("2026-03-14");
  private static final LocalDate LAST = LocalDate.parse("2026-03-16");

  private TestingBilling billing;
  private BotId other;
  private List<JdbcRollups.Day> live;
  private List<JdbcRollups.Day> othersLive;

  /// Two bots, three modes, two days.
  @BeforeEach
  void spend() {
    billing = new TestingBilling();
    other = billing.newBot();
    spend(BillingMode.WALLET, new TokenUsage(485, 42, 10, 2, 3));
    spend(BillingMode.BYOK, new TokenUsage(7, 1, 0, 0));
    billing.now.updateAndGet(now -> now.plus(Duration.ofDays(1)));
    spend(BillingMode.PLAN_QUOTA, new TokenUsage(100, 20, 0, 0));
    live = days(billing.bot);
    othersLive = days(other);
  }

  @AfterEach
  void stop() {
    billing.close();
  }

  @Test
  void rightFiguresStayAsTheyAre() {
    assertThat(rebuild()).isZero();
    assertThat(days(billing.bot)).isEqualTo(live);
  }

  @Test
  void wrongFiguresBecomeWhatTheyWere() {
    billing.jdbi.useHandle(handle ->
        handle.execute(
            "UPDATE daily_rollup SET cost_nanos = cost_nanos + 1, tokens_output = 0, billed_nanos = 7"));
    assertThat(billing.prove().isOk()).isFalse();

    assertThat(rebuild()).isEqualTo(4);

    assertThat(days(billing.bot)).isEqualTo(live);
    assertThat(days(other)).isEqualTo(othersLive);
    assertThat(billing.prove().firstMismatch()).isEmpty();
  }

  @Test
  void daysThatAreGoneComeBackAndDaysThatNeverWereAreEmptied() {
    billing.jdbi.useHandle(handle -> {
      handle.execute("DELETE FROM daily_rollup WHERE event_day = '2026-03-14'");
      handle.execute(
          "INSERT INTO daily_rollup (team_id, bot_id, event_day, cost_nanos) VALUES (?, ?, ?, 5)",
          billing.team.uuid(),
          billing.bot.uuid(),
          LAST);
    });

    rebuild();

    assertThat(days(billing.bot)).startsWith(live.toArray(JdbcRollups.Day[]::new));
    assertThat(days(billing.bot).getLast().cost()).isEqualTo(NanoUsd.ZERO);
    assertThat(billing.prove().firstMismatch()).isEmpty();
  }

  @Test
  void aRebuildAmongWritersLosesNothing() throws InterruptedException {
    var writers =
        IntStream.range(0, 8)
            .mapToObj(_ ->
                Thread.ofVirtual()
                    .start(() -> {
                      for (int i = 0; i < 20; i++) {
                        spend(BillingMode.WALLET, new TokenUsage(3, 1, 0, 0));
                      }
                    }))
            .toList();
    for (int i = 0; i < 40; i++) {
      billing.jdbi.useHandle(handle ->
          handle.execute("UPDATE daily_rollup SET messages_received = messages_received + 1"));
      rebuild(); // writes every row, since every row is wrong
      assertThat(billing.prove().firstMismatch()).isEmpty(); // the next one would heal it
    }
    for (var writer : writers) {
      writer.join();
    }

    assertThat(billing.prove().firstMismatch()).isEmpty();
  }

  private int rebuild() {
    return billing.jdbi.inTransaction(tx -> billing.rollups.rebuild(tx, billing.team));
  }

  private void spend(BillingMode mode, TokenUsage usage) {
    for (var bot : List.of(billing.bot, other)) {
      long input = usage.input() + usage.cacheRead() + usage.cacheWrite();
      var request = billing.request(1, usage.output(), input).withMode(mode).withBot(bot).build();
      billing.settle(billing.granted(request), usage);
    }
  }

  private List<JdbcRollups.Day> days(BotId bot) {
    return billing.jdbi.withHandle(
        handle -> billing.rollups.days(handle, billing.team, bot, FIRST, LAST));
  }
}
