package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TypedIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A turn whose model is free and whose tool is not: current_time costs 100,000 nano-dollars, and
/// twice as much for Berlin.
class PricedToolTest {
  private static final long COST = 100_000;
  private static final String ASK = "/tool current_time {}";
  private static final String ASK_FOR_BERLIN = "/tool current_time {\"zone\":\"Europe/Berlin\"}";
  private static final String ASK_IN_VAIN = "/tool current_time {\"zone\":\"Nowhere\"}";

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  @TempDir private Path home;

  @BeforeEach
  void priceTheTool() throws IOException {
    var file =
        Files.writeString(
            home.resolve("prices.json"),
            """
            {"tools":[{"tool":"current_time","price_cents":"0.01","effective_from":"2026-01-01",
              "price_rules":[
                {"argument":"zone","equals":"Europe/Berlin","price_cents":"0.02"}]}]}
            """);
    loop.price(file);
  }

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void aToolIsHeldAndChargedAtItsPrice() {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());

    var report = ask(bot, ASK + "\n" + ASK_FOR_BERLIN);

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.steps())
        .extracting(TestingReceipts::line)
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool current_time done 100000/100000/100000",
            "3 tool current_time done 200000/200000/200000",
            "4 model done 0/0/0");
    assertThat(report.cost()).isEqualTo(report.billed()).isEqualTo(new NanoUsd(3 * COST));
    assertThat(loop.figure("SELECT 5000000000 - balance_nanos FROM wallet")).isEqualTo(3 * COST);
    assertThat(loop.figure("SELECT sum(cost_nanos) FROM daily_rollup")).isEqualTo(3 * COST);
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM ledger_transaction
                WHERE kind = 'charge' AND tool_name = 'current_time' AND llm_model IS NULL
                  AND price_id = 'tool/current_time@2026-01-01' AND step IN (2, 3)
                """))
        .isEqualTo(2);
  }

  @Test
  void aToolThatDoesNotFitIsNotRunAndTheTurnEndsAtTheCap() {
    var bot = loop.newFreeBot(BillingMode.WALLET, cap(COST - 1));

    var report = ask(bot, ASK);

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.response()).contains(TestingAgentLoop.LIMIT_MESSAGE);
    assertThat(report.steps())
        .extracting(TestingReceipts::line)
        .containsExactly("1 model done 0/0/0");
    assertThat(report.refusal()).isPresent();
    assertThat(loop.figure("SELECT max(held_nanos) FROM budget")).isZero();
    assertThat(ask(loop.newFreeBot(BillingMode.WALLET, cap(COST)), ASK).stopReason())
        .contains("completed");
  }

  @Test
  void ofTwoToolsOfWhichTheSecondDoesNotFitNoneIsRun() {
    var bot = loop.newFreeBot(BillingMode.WALLET, cap(2 * COST - 1));

    var report = ask(bot, ASK + "\n" + ASK);

    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.steps())
        .extracting(TestingReceipts::line)
        .containsExactly("1 model done 0/0/0");
    assertThat(loop.figure("SELECT count(*) FROM hold WHERE state = 'voided'")).isEqualTo(1);
    assertThat(loop.figure("SELECT max(held_nanos) + max(spent_nanos) FROM budget")).isZero();
    assertThat(loop.figure("SELECT held_nanos + spent_nanos FROM wallet")).isZero();
    assertThat(ask(bot, ASK).stopReason()).contains("completed");
  }

  @Test
  void aToolThatFailsCostsNothing() {
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());

    var report = ask(bot, ASK_IN_VAIN + "\n" + ASK);

    assertThat(report.steps())
        .extracting(TestingReceipts::line)
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool current_time failed 100000/0/0",
            "3 tool current_time done 100000/100000/100000",
            "4 model done 0/0/0");
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isEqualTo(COST);
  }

  @Test
  void withTheOwnersKeyAToolCountsAndIsNotBilled() {
    var bot = loop.newFreeBot(BillingMode.BYOK, cap(2 * COST));

    var report = ask(bot, ASK);

    assertThat(report.cost()).isEqualTo(new NanoUsd(COST));
    assertThat(report.billed()).isEqualTo(NanoUsd.ZERO);
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isZero();
    assertThat(
            loop.figure("SELECT sum(amount_nanos) FROM ledger_entry WHERE account = 'byok_usage'"))
        .isEqualTo(COST);
    assertThat(ask(bot, ASK_FOR_BERLIN).stopReason()).contains("spending_cap");
  }

  @Test
  void aToolWhoseResultWasNeverStoredIsTheHousesLossAndIsPaidOnceInTheEnd() {
    loop.breakToolResults();
    var bot = loop.newFreeBot(BillingMode.WALLET, Map.of());
    var turn = node.accept(loop.message(bot, "ann", "1", ASK));
    Eventually.holds(
        "a hold was found open and booked as lost",
        () -> loop.figure("SELECT count(*) FROM ledger_transaction WHERE kind = 'leak'") > 0);
    loop.jdbi.useHandle(handle -> handle.execute("DELETE FROM testing_broken"));

    var report = node.await(turn);

    assertThat(report.stopReason()).contains("completed");
    assertThat(report.billed()).isEqualTo(new NanoUsd(COST));
    assertThat(loop.figure("SELECT spent_nanos FROM wallet")).isEqualTo(COST);
    assertThat(
            loop.figure(
                """
                SELECT min(cost_nanos) + max(cost_nanos)
                FROM ledger_transaction
                WHERE kind = 'charge' AND tool_name = 'current_time'
                """))
        .isEqualTo(2 * COST);
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM ledger_transaction t
                JOIN ledger_entry e USING (team_id, seq)
                WHERE t.kind = 'leak' AND t.tool_name = 'current_time'
                  AND e.account = 'house' AND e.amount_nanos = -100000
                """))
        .isPositive();
  }

  @Test
  void aPersonsIdCannotBeFoundInTheFiguresByGuessing() {
    var bot =
        loop.newFreeBot(BillingMode.WALLET, Map.of(LimitKind.END_USER_DAY, new NanoUsd(10 * COST)));
    ask(bot, ASK);

    var guess = TypedIds.print("", TypedIds.of("end_user", "user of ann"));
    assertThat(ofEndUsers("%")).isEqualTo(1);
    assertThat(ofEndUsers("%" + guess)).isZero();
    ask(bot, ASK);
    assertThat(ofEndUsers("%")).as("the same person has the same budget").isEqualTo(1);
  }

  private long ofEndUsers(String pattern) {
    return loop.figure(
        "SELECT count(*) FROM budget WHERE kind = 'end_user_day' AND budget_key LIKE ?", pattern);
  }

  private TurnReport ask(BotSettings bot, String text) {
    var event = Long.toString(loop.figure("SELECT count(*) FROM turn"));
    return node.ask(loop.message(bot, "ann", event, text));
  }

  private static Map<LimitKind, NanoUsd> cap(long nanos) {
    return Map.of(LimitKind.LIFETIME, new NanoUsd(nanos));
  }
}
