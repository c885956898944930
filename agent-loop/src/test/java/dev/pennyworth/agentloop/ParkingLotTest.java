package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.Refusal;
import dev.pennyworth.billing.TurnId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many parked turns, and bots that are changed while theirs wait: none waits for ever, and none is
/// asked for what it needs no more. The model is free; the tool costs 100,000 nano-dollars.
class ParkingLotTest {
  private static final long COST = 100_000;
  private static final String ASK = "/tool current_time {}";

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final TestingAgentLoop.Node node = loop.start();
  @TempDir private Path home;

  @BeforeEach
  void priceTheTool() throws IOException {
    price("0.01", "2026-01-01");
  }

  private void price(String cents, String from) throws IOException {
    var file =
        Files.writeString(
            home.resolve("prices.json"),
            """
            {"tools":[{"tool":"current_time","price_cents":"%s","effective_from":"%s"}]}
            """
                .formatted(cents, from));
    loop.price(file);
  }

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void manyWhoAreStuckAtALimitOfTheirOwnHoldUpNobodyElse() {
    var limits = new HashMap<LimitKind, NanoUsd>();
    limits.put(LimitKind.LIFETIME, NanoUsd.ZERO);
    limits.put(LimitKind.MESSAGE, new NanoUsd(COST));
    var bot = parkingBot(limits);
    for (int i = 0; i < 51; i++) {
      node.ask(loop.message(bot, "user " + i, "event " + i, ASK + "\n" + ASK));
    }
    var last = node.ask(loop.message(bot, "bob", "of bob", ASK)).id();

    limits.put(LimitKind.LIFETIME, new NanoUsd(10 * COST));
    loop.setLimits(bot, limits);
    var parking = loop.parking();

    Eventually.holds(
        "the last one is over",
        () -> {
          parking.releaseAll();
          return status(last).equals("done");
        });
    assertThat(loop.figure("SELECT count(*) FROM turn WHERE status = 'parked'")).isEqualTo(51);
  }

  @Test
  void noBotWaitsForEverBehindBotsWithoutMoney() {
    Map<LimitKind, NanoUsd> nothing = Map.of(LimitKind.LIFETIME, NanoUsd.ZERO);
    for (int i = 0; i < 101; i++) {
      node.ask(loop.message(parkingBot(nothing), "ann", "event " + i, ASK));
    }
    var parking = loop.parking();
    var bot = parkingBot(nothing);
    var last = node.ask(loop.message(bot, "bob", "of bob", ASK)).id();
    loop.setLimits(bot, Map.of(LimitKind.LIFETIME, new NanoUsd(COST)));

    Eventually.holds(
        "the last one is over",
        () -> {
          parking.releaseAll();
          return status(last).equals("done");
        });
  }

  @Test
  void aTurnGoesOnWithTheCheaperModelThatItsBotWasGivenMeanwhile() {
    var bot =
        loop.change(
            loop.newBot(1_000, Map.of(LimitKind.LIFETIME, new NanoUsd(300_000))),
            Map.of("parksOnLimit", true, "model", "gpt-4o"));
    var turn = node.ask(loop.message(bot, "ann", "one", "Who was Ada Lovelace?"));
    assertThat(turn.stopReason()).contains("spending_cap");
    loop.change(bot, Map.of("model", "gpt-4o-mini"));

    loop.parking().releaseAll();

    Eventually.holds("it is over", () -> status(turn.id()).equals("done"));
    assertThat(node.await(turn.id()).steps().getFirst().model()).contains("gpt-4o-mini");
  }

  @Test
  void whatWaitsForItsOwnerGoesOnOnceTheApprovalPointIsAboveIt() {
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, Map.of()),
            Map.of("approval", Optional.of(new NanoUsd(COST - 1))));
    var turn = node.ask(loop.message(bot, "ann", "one", ASK)).id();
    loop.parking().releaseAll();
    assertThat(status(turn)).isEqualTo("parked");

    loop.change(bot, Map.of("approval", Optional.of(new NanoUsd(COST))));
    loop.parking().releaseAll();

    Eventually.holds("it is over", () -> status(turn).equals("done"));
  }

  @Test
  void aParkedTurnNamesWhatIsInItsWayNow() throws IOException {
    price("600", "2026-02-01");
    var bot = parkingBot(Map.of(LimitKind.LIFETIME, NanoUsd.ZERO));
    var first = node.ask(loop.message(bot, "ann", "one", ASK)).id();
    var behind = node.ask(loop.message(bot, "ann", "two", ASK)).id();
    var another = node.ask(loop.message(bot, "bob", "three", ASK)).id();
    var parking = loop.parking();
    parking.releaseAll();
    assertThat(refusal(first).scope()).isEqualTo(Refusal.Scope.BOT_CAP);

    loop.setLimits(bot, Map.of(LimitKind.DAY, NanoUsd.ZERO));
    parking.releaseAll();
    assertThat(refusal(first).period()).contains("day");
    loop.setLimits(bot, Map.of());
    parking.releaseAll();

    for (var turn : List.of(first, behind, another)) {
      assertThat(report(turn).stopReason()).contains("insufficient_balance");
      assertThat(refusal(turn).scope()).isEqualTo(Refusal.Scope.WALLET);
    }
    assertThat(refusal(first).needed()).isEqualTo(NanoUsd.ofCents(600).nanos());
  }

  @Test
  void theTurnsOfADeletedBotEndAndHoldNothing() {
    var bot = parkingBot(Map.of(LimitKind.LIFETIME, NanoUsd.ZERO));
    var first = node.ask(loop.message(bot, "ann", "one", ASK)).id();
    var second = node.ask(loop.message(bot, "ann", "two", ASK)).id();
    loop.bots.delete(bot.bot());

    var parking = loop.parking();
    Eventually.holds(
        "both have ended",
        () -> {
          parking.releaseAll();
          return status(first).equals("failed") && status(second).equals("failed");
        });
  }

  private BotSettings parkingBot(Map<LimitKind, NanoUsd> limits) {
    return loop.change(loop.newFreeBot(BillingMode.WALLET, limits), Map.of("parksOnLimit", true));
  }

  private TurnReport report(TurnId turn) {
    return node.await(turn);
  }

  private Refusal refusal(TurnId turn) {
    return report(turn).refusal().orElseThrow();
  }

  private String status(TurnId turn) {
    return loop.jdbi.withHandle(handle ->
        handle
            .select("SELECT status FROM turn WHERE turn_id = ?", turn.uuid())
            .mapTo(String.class)
            .one());
  }
}
