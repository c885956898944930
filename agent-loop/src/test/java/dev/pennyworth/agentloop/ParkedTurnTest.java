package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Turns that wait for money or for their owner. The model is free and the tool is not: each call
/// of current_time costs 100,000 nano-dollars.
class ParkedTurnTest {
  private static final long COST = 100_000;
  private static final String ASK = "/tool current_time {}";

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  @TempDir private Path home;

  @BeforeEach
  void priceTheTool() throws IOException {
    publish(price("0.01", "2026-01-01"));
  }

  private void publish(String prices) throws IOException {
    loop.price(Files.writeString(home.resolve("prices.json"), "{\"tools\":[" + prices + "]}"));
  }

  private static String price(String cents, String from) {
    return """
    {"tool":"current_time","price_cents":"%s","effective_from":"%s"}\
    """
        .formatted(cents, from);
  }

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void aTurnThatDoesNotFitWaitsWithItsStepsAndSaysNothing() {
    var bot = parkingBot(COST - 1);

    var report = node.ask(message(bot, "ann", 1));

    assertThat(report.status()).isEqualTo("parked");
    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.refusal().orElseThrow().needed()).isEqualTo(COST);
    assertThat(report.response()).isEmpty();
    assertThat(lines(report)).containsExactly("1 model done 0/0/0");
    assertThat(loop.figure("SELECT count(*) FROM outbox")).isZero();
    assertThat(events("turn.parked")).isEqualTo(1);
  }

  @Test
  void itGoesOnFromItsLastFinishedStepOnceTheCapIsRaised() {
    var bot = parkingBot(COST - 1);
    var turn = node.ask(message(bot, "ann", 1)).id();
    loop.parking().releaseAll();
    assertThat(status(turn)).isEqualTo("parked");

    loop.setLimits(bot, cap(COST));
    var report = released(turn);

    assertThat(report.status()).isEqualTo("done");
    assertThat(report.stopReason()).contains("completed");
    assertThat(lines(report))
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool current_time done 100000/100000/100000",
            "3 model done 0/0/0");
    assertThat(events("turn.resumed")).isEqualTo(1);
  }

  /// The other tool's money was set aside and freed in the commit that refused: its hold has a key.
  @Test
  void ofTwoToolsThatWereRefusedTogetherBothRunOnceThereIsRoom() {
    var bot = parkingBot(2 * COST - 1);
    var turn = node.ask(message(bot, "ann", 1, ASK + "\n" + ASK)).id();
    assertThat(loop.figure("SELECT count(*) FROM hold WHERE state = 'voided'")).isEqualTo(1);

    loop.setLimits(bot, cap(2 * COST));

    assertThat(lines(released(turn)))
        .containsExactly(
            "1 model done 0/0/0",
            "2 tool current_time done 100000/100000/100000",
            "3 tool current_time done 100000/100000/100000",
            "4 model done 0/0/0");
  }

  @Test
  void fourTurnsGoOnInTheOrderInWhichTheyCame() {
    var bot = parkingBot(0);
    var turns = new ArrayList<TurnId>();
    for (var user : List.of("ann", "bob", "cid", "dee")) {
      turns.add(node.ask(message(bot, user, 1)).id());
    }

    loop.setLimits(bot, cap(4 * COST));
    turns.forEach(this::released);

    assertThat(inOrder("SELECT turn_id FROM step WHERE n = 2 ORDER BY started_at"))
        .containsExactlyElementsOf(turns);
    assertThat(loop.figure("SELECT sum(spent_nanos) FROM budget WHERE kind = 'lifetime'"))
        .isEqualTo(4 * COST);
  }

  @Test
  void theNextFollowsOnlyWhenTheOneBeforeHasAskedForItsMoney() {
    var bot = parkingBot(0);
    var first = node.ask(message(bot, "ann", 1)).id();
    var second = node.ask(message(bot, "bob", 1)).id();
    node.close();

    loop.setLimits(bot, cap(2 * COST));
    loop.parking().releaseAll();

    assertThat(status(first)).as("nobody works, so it has not asked").isEqualTo("queued");
    assertThat(status(second)).isEqualTo("parked");
    var other = loop.start();
    assertThat(other.await(first).stopReason()).contains("completed");
    assertThat(released(other, second).stopReason()).contains("completed");
  }

  @Test
  void nobodyOvertakesWhereTheRoomIsShort() {
    var bot = parkingBot(0);
    var first = node.ask(message(bot, "ann", 1, ASK + "\n" + ASK)).id();
    var second = node.ask(message(bot, "bob", 1)).id();

    loop.setLimits(bot, cap(COST));
    loop.parking().releaseAll();
    assertThat(status(first)).isEqualTo("parked");
    assertThat(status(second)).as("it came later").isEqualTo("parked");

    loop.setLimits(bot, cap(3 * COST));
    assertThat(released(first).status()).isEqualTo("done");
    assertThat(released(second).status()).isEqualTo("done");
  }

  @Test
  void aMessageBehindAParkedOneWaitsWithIt() {
    var bot = parkingBot(0);
    var first = node.ask(message(bot, "ann", 1)).id();

    var second = node.ask(message(bot, "ann", 2, "hello"));

    assertThat(second.status()).as("it would fit, but keeps its place").isEqualTo("parked");
    loop.setLimits(bot, cap(COST));
    assertThat(released(first).status()).isEqualTo("done");
    assertThat(released(second.id()).status()).isEqualTo("done");
    assertThat(inOrder("SELECT turn_id FROM turn ORDER BY finished_at"))
        .containsExactly(first, second.id());
  }

  /// Its steps and charges are its own.
  @Test
  void aTurnThatHasBegunIsNotAnsweredTogetherWithALaterOne() {
    var bot = loop.change(parkingBot(0), Map.of("mergesBursts", true));
    var first = node.ask(message(bot, "ann", 1)).id();
    var second = node.ask(message(bot, "ann", 2, "hello")).id();

    loop.setLimits(bot, cap(COST));
    assertThat(loop.parking().resume(loop.team, bot.bot(), second, JdbcParking.Decision.GO_ON))
        .isTrue();
    Eventually.holds("both are over", () -> isOver(first) && isOver(second));

    assertThat(node.await(first).mergedInto()).isEmpty();
    assertThat(node.await(first).billed()).isEqualTo(new NanoUsd(COST));
    assertThat(node.await(second).response().orElseThrow()).isNotBlank();
  }

  @Test
  void anOwnerLetsItGoOnAndItIsParkedAgainIfThereIsNoRoom() {
    var bot = parkingBot(0);
    var turn = node.ask(message(bot, "ann", 1)).id();

    assertThat(loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.APPROVE))
        .isTrue();

    Eventually.holds("it is parked again", () -> events("turn.parked") == 2);
    assertThat(
            loop.parking()
                .resume(
                    loop.team,
                    bot.bot(),
                    new TurnId(bot.bot().uuid()),
                    JdbcParking.Decision.APPROVE))
        .as("a turn that is none")
        .isFalse();
  }

  @Test
  void anOwnerLetsItEndWithTheLimitMessage() {
    var bot = parkingBot(0);
    var turn = node.ask(message(bot, "ann", 1)).id();

    loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.GIVE_UP);
    Eventually.holds("it has ended", () -> !status(turn).equals("parked") && isOver(turn));

    var report = node.await(turn);
    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.response()).contains(TestingAgentLoop.LIMIT_MESSAGE);
    assertThat(report.cost()).isEqualTo(NanoUsd.ZERO);
  }

  @Test
  void whatWaitsForTooLongEndsWithANotice() {
    var bot = parkingBot(0);
    var turn = node.ask(message(bot, "ann", 1)).id();

    loop.skip(JdbcParking.PARKED_MAX.minus(Duration.ofMinutes(1)));
    loop.parking().releaseAll();
    assertThat(status(turn)).isEqualTo("parked");
    loop.skip(Duration.ofMinutes(1));
    var report = released(turn);

    assertThat(report.status()).isEqualTo("done");
    assertThat(report.stopReason()).contains("spending_cap");
    assertThat(report.response()).contains(TestingAgentLoop.LIMIT_MESSAGE);
  }

  @Test
  void aStepAboveTheApprovalPointWaitsForTheOwnerAlsoWhereLimitsStop() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));

    var report = node.ask(message(bot, "ann", 1));

    assertThat(report.status()).isEqualTo("parked");
    assertThat(report.stopReason()).contains("awaiting_approval");
    assertThat(report.problem().orElseThrow()).contains("current_time").contains("0.01 cents");
    loop.parking().releaseAll();
    assertThat(status(report.id())).as("room is not what it waits for").isEqualTo("parked");
    loop.parking().resume(loop.team, bot.bot(), report.id(), JdbcParking.Decision.APPROVE);
    Eventually.holds("it is over", () -> isOver(report.id()));
    assertThat(node.await(report.id()).stopReason()).contains("completed");
    assertThat(loop.figure("SELECT sum(spent_nanos) FROM budget WHERE kind = 'lifetime'"))
        .isEqualTo(COST);
  }

  @Test
  void anApprovalIsOfOneStepOnly() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));
    var turn = node.ask(message(bot, "ann", 1)).id();
    loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.APPROVE);
    Eventually.holds("it is over", () -> isOver(turn));

    assertThat(node.ask(message(bot, "ann", 2)).stopReason()).contains("awaiting_approval");
  }

  @Test
  void anApprovalIsOfAnAmountAndNotOfWhatTheStepCostsLater() throws IOException {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));
    var turn = node.ask(message(bot, "ann", 1)).id();
    node.close();
    loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.APPROVE);

    publish(price("0.01", "2026-01-01") + "," + price("0.02", "2026-01-02"));
    loop.start();

    Eventually.holds("it waits for the owner again", () -> events("turn.parked") == 2);
    assertThat(loop.figure("SELECT count(*) FROM hold WHERE amount_nanos > 0")).isZero();
  }

  @Test
  void lettingATurnGoOnUnderALimitIsNoApproval() {
    var bot = parkingBot(COST - 1);
    var turn = node.ask(message(bot, "ann", 1)).id();
    loop.setLimits(bot, cap(COST));
    loop.change(bot, Map.of("approval", Optional.of(new NanoUsd(COST - 1))));

    loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.APPROVE);

    Eventually.holds("it waits for the owner", () -> events("turn.parked") == 2);
    assertThat(node.await(turn).stopReason()).contains("awaiting_approval");
  }

  @Test
  void whoeverMayNotApproveDoesNotApproveByLettingItGoOn() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));
    var turn = node.ask(message(bot, "ann", 1)).id();

    loop.parking().resume(loop.team, bot.bot(), turn, JdbcParking.Decision.GO_ON);

    Eventually.holds("it waits for the owner again", () -> events("turn.parked") == 2);
  }

  @Test
  void aMessageBehindOneThatWaitedForTheOwnerGoesOnAfterIt() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));
    var first = node.ask(message(bot, "ann", 1)).id();
    var second = node.ask(message(bot, "ann", 2, "hello")).id();
    loop.parking().releaseAll();
    assertThat(status(second)).isEqualTo("parked");

    loop.parking().resume(loop.team, bot.bot(), first, JdbcParking.Decision.APPROVE);

    assertThat(released(second).stopReason()).contains("completed");
    assertThat(status(first)).isEqualTo("done");
  }

  @Test
  void atTheApprovalPointNothingWaits() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST))));

    assertThat(node.ask(message(bot, "ann", 1)).stopReason()).contains("completed");
  }

  private BotSettings parkingBot(long cap) {
    return loop.change(loop.newFreeBot(BillingMode.WALLET, cap(cap)), Map.of("parksOnLimit", true));
  }

  private static Map<LimitKind, NanoUsd> cap(long nanos) {
    return Map.of(LimitKind.LIFETIME, new NanoUsd(nanos));
  }

  private InboundMessage message(BotSettings bot, String user, int n) {
    return message(bot, user, n, ASK);
  }

  private InboundMessage message(BotSettings bot, String user, int n, String text) {
    return loop.message(bot, user, user + " " + n, text);
  }

  /// Looks again and again, as the program does, until a turn is over.
  private TurnReport released(TurnId turn) {
    return released(node, turn);
  }

  private TurnReport released(TestingAgentLoop.Node waiting, TurnId turn) {
    Eventually.holds(
        turn + " is over",
        () -> {
          loop.parking().releaseAll();
          return isOver(turn);
        });
    return waiting.await(turn);
  }

  private boolean isOver(TurnId turn) {
    return status(turn).matches("done|failed");
  }

  private String status(TurnId turn) {
    return loop.jdbi.withHandle(handle ->
        handle
            .select("SELECT status FROM turn WHERE turn_id = ?", turn.uuid())
            .mapTo(String.class)
            .one());
  }

  private long events(String type) {
    return loop.figure("SELECT count(*) FROM event WHERE type = ?", type);
  }

  private List<TurnId> inOrder(String sql) {
    return loop.jdbi.withHandle(handle ->
        handle.select(sql).map((row, _) -> new TurnId(row.getObject(1, UUID.class))).list());
  }

  private static List<String> lines(TurnReport report) {
    return report.steps().stream().map(TestingReceipts::line).toList();
  }
}
