package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.BillingMode;
import dev.pennyworth.billing.LimitKind;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TurnId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two processes answer, two look for room, owners press every button, the cap goes up and down,
/// and one process dies: at the end each message has its one answer, in order, paid for once.
class ParkingRaceTest {
  private static final long COST = 100_000;
  private static final int USERS = 6;
  private static final int MESSAGES = 6;
  private static final String ASK = "/tool current_time {}";

  private final TestingAgentLoop loop = new TestingAgentLoop();
  private final AtomicBoolean isOver = new AtomicBoolean();
  @TempDir private Path home;

  @AfterEach
  void everythingIsSettled() {
    try (loop) {
      loop.assertAllIsSettled();
    }
  }

  @Test
  void whateverHappensAtOnceEachMessageIsAnsweredOnceAndInOrder() throws Exception {
    priceTheTool();
    var bot =
        loop.change(
            loop.newFreeBot(BillingMode.WALLET, cap(0)),
            Map.of("parksOnLimit", true, "mergesBursts", true));
    var first = loop.start();
    var second = loop.start();
    var turns = messages(bot).stream().map(message -> first.accept(message)).toList();

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var races = new ArrayList<Future<?>>();
      for (int i = 0; i < 2; i++) {
        var parking = loop.parking();
        int seed = i;
        races.add(threads.submit(() -> repeat(seed, _ -> parking.releaseAll())));
      }
      for (int i = 2; i < 4; i++) {
        var parking = loop.parking();
        int seed = i;
        races.add(
            threads.submit(() ->
                repeat(
                    seed,
                    random ->
                        resume(
                            parking,
                            bot,
                            turns.get(random.nextInt(turns.size())),
                            decision(random)))));
      }
      races.add(
          threads.submit(() ->
              repeat(4, random -> loop.setLimits(bot, cap(random.nextInt(8 * USERS) * COST)))));
      Eventually.holds("a third is over", () -> over() >= turns.size() / 3);
      second.die();
      Eventually.holds("two thirds are over", () -> over() >= turns.size() * 2 / 3);
      isOver.set(true);
      for (var race : races) {
        await(race);
      }
    }
    loop.setLimits(bot, cap(10_000 * COST));
    var parking = loop.parking();
    Eventually.holds(
        "all are over",
        () -> {
          parking.releaseAll();
          return over() == turns.size();
        });

    assertThat(loop.figure("SELECT count(*) FROM turn WHERE stop_reason = 'provider_error'"))
        .isZero();
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM turn a
                JOIN turn b ON b.conversation_id = a.conversation_id AND b.seq > a.seq
                  AND b.finished_at < a.finished_at
                WHERE NOT b.is_given_up AND a.merged_into IS NULL AND b.merged_into IS NULL
                """))
        .as("answers that overtook an earlier one")
        .isZero();
    assertThat(
            loop.figure(
                """
                SELECT count(*)
                FROM turn t
                WHERE parked_times <> (SELECT count(*) FROM event e
                    WHERE type = 'turn.parked' AND e.data ->> 'turn_id' LIKE 'turn_' || replace(t.turn_id::text, '-', ''))
                """))
        .as("turns with more or less events than they were parked")
        .isZero();
  }

  private List<InboundMessage> messages(BotSettings bot) {
    var messages = new ArrayList<InboundMessage>();
    for (int i = 0; i < MESSAGES; i++) {
      for (int user = 0; user < USERS; user++) {
        String text = i % 2 == 0 ? ASK : ASK + "\n" + ASK;
        messages.add(loop.message(bot, "user " + user, user + " " + i, text));
      }
    }
    return messages;
  }

  private long over() {
    return loop.figure("SELECT count(*) FROM turn WHERE status IN ('done', 'failed')");
  }

  private void resume(
      JdbcParking parking, BotSettings bot, TurnId turn, JdbcParking.Decision decision) {
    boolean _ = parking.resume(loop.team, bot.bot(), turn, decision);
  }

  /// Hardly ever that it ends: most turns are to get to their tools.
  private static JdbcParking.Decision decision(RandomGenerator random) {
    return switch (random.nextInt(20)) {
      case 0 -> JdbcParking.Decision.GIVE_UP;
      case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> JdbcParking.Decision.APPROVE;
      default -> JdbcParking.Decision.GO_ON;
    };
  }

  private interface Move {
    void make(RandomGenerator random);
  }

  private void repeat(int seed, Move move) {
    var random = RandomGeneratorFactory.getDefault().create(seed);
    while (!isOver.get()) {
      move.make(random);
    }
  }

  private static void await(Future<?> race) throws InterruptedException, ExecutionException {
    race.get();
  }

  private static Map<LimitKind, NanoUsd> cap(long nanos) {
    return Map.of(LimitKind.LIFETIME, new NanoUsd(nanos));
  }

  private void priceTheTool() throws IOException {
    var file =
        Files.writeString(
            home.resolve("prices.json"),
            """
            {"tools":[{"tool":"current_time","price_cents":"0.01","effective_from":"2026-01-01"}]}
            """);
    loop.price(file);
  }
}
