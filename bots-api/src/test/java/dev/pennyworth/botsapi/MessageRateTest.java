package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How many messages a minute get in: 60 for a custom bot, 20 for an end user, 10 tests for a user.
final class MessageRateTest {
  private static final int PER_BOT = 60;

  private static TestingServer server;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void create() {
    bot =
        TestingBot.active(
            server,
            server.register(),
            "\"llm_provider\":\"builtin\",\"llm_model\":\"pennyworth-free\"");
  }

  @Test
  void exactlySixtyOfManyMessagesAtOnceGetIn() {
    var answers = TestingCrowd.atOnce(90, n -> bot.say("user" + n, "e" + n, "Hello?"));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200, 429);
    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(PER_BOT);
    assertThat(received()).isEqualTo(PER_BOT);
    assertThat(bot.get("/turns?limit=200").json().path("turns")).hasSize(PER_BOT);
  }

  @Test
  void theOneTooManyIsToldWhenToComeBackAndIsNotStored() {
    useUpTheMinute();

    var refused = bot.say("late", "late", "Hello?");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.errorCode()).isEqualTo("rate_limited");
    assertThat(refused.json().at("/error/details/scope").textValue()).isEqualTo("rate_limit");
    assertThat(refused.header("Retry-After")).hasValue("60");
    assertThat(refused.header("X-RateLimit-Limit")).hasValue("60");
    assertThat(refused.header("X-RateLimit-Remaining")).hasValue("0");
    assertThat(refused.header("X-RateLimit-Reset"))
        .hasValue(Long.toString(server.clock().instant().getEpochSecond() + 60));
    assertThat(received()).isEqualTo(PER_BOT);
    assertThat(bot.get("/conversations?limit=200").json().path("conversations")).hasSize(PER_BOT);
  }

  @Test
  void theRefusedMessageGetsInAMinuteLater() {
    useUpTheMinute();
    var refused = bot.say("late", "late", "Hello?");
    server.clock().advance(Duration.ofSeconds(59));
    var stillRefused = bot.say("late", "late", "Hello?");
    server.clock().advance(Duration.ofSeconds(1));

    var accepted = bot.say("late", "late", "Hello?");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(stillRefused.status()).isEqualTo(429);
    assertThat(stillRefused.header("Retry-After")).hasValue("1");
    assertThat(accepted.status()).isEqualTo(200);
    assertThat(accepted.json().path("stop_reason").textValue()).isEqualTo("completed");
  }

  @Test
  void oneBotsMessagesDoNotCountForAnother() {
    useUpTheMinute();

    assertThat(TestingBot.active(server, bot.team(), "").say("ada", "e", "Hello?").status())
        .isEqualTo(200);
  }

  @Test
  void anEndUserHasALimitOfTheirOwn() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":2}");
    bot.say("ada", "e1", "Hello?");
    bot.say("ada", "e2", "Hello?");

    var refused = bot.say("ada", "e3", "Hello?");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("X-RateLimit-Limit")).hasValue("2");
    assertThat(bot.say("bob", "e4", "Hello?").status()).isEqualTo(200);
    server.clock().advance(Duration.ofMinutes(1));
    assertThat(bot.say("ada", "e3", "Hello?").status()).isEqualTo(200);
  }

  @Test
  void anEndUserIsLimitedToTwentyByDefault() {
    var answers = TestingCrowd.atOnce(25, n -> bot.say("ada", "e" + n, "Hello?"));

    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(20);
    assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSize(5);
  }

  @Test
  void whatAnEndUsersLimitRefusesUsesUpNothingOfTheBots() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    TestingCrowd.atOnce(70, n -> bot.say("ada", "e" + n, "Hello?"));

    var answers = TestingCrowd.atOnce(PER_BOT, n -> bot.say("user" + n, "f" + n, "Hello?"));

    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(PER_BOT - 1);
  }

  @Test
  void aUserMayTestTenTimesAMinute() {
    var answers = TestingCrowd.atOnce(12, _ -> bot.test("Hello?"));

    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(10);
    assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSize(2);
    assertThat(bot.say("ada", "e", "Hello?").status()).isEqualTo(200);
    server.clock().advance(Duration.ofMinutes(1));
    assertThat(bot.test("Hello?").status()).isEqualTo(200);
  }

  /// They wait for one row, and would have all connections in their hands meanwhile.
  @Test
  void aCrowdThatWaitsForOneBotHoldsUpNoOther() throws Exception {
    var other = TestingBot.active(server, bot.team(), "");
    bot.say("ada", "first", "Hello?");
    Future<List<TestingAnswer>> crowd;
    try (var threads = Executors.newSingleThreadExecutor();
        var elsewhere = server.bean(Jdbi.class).open()) {
      elsewhere.begin();
      elsewhere.execute(
          "SELECT 1 FROM conversation WHERE team_id = ? FOR UPDATE", bot.team().id().uuid());
      crowd = threads.submit(() -> TestingCrowd.atOnce(18, n -> bot.say("ada", "e" + n, "Hi?")));
      Eventually.holds("one waits for the row", () -> waiting(elsewhere) > 0);

      var answers = IntStream.range(0, 3).mapToObj(n -> other.say("bob", "b" + n, "Hello?"));
      assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
      assertThat(waiting(elsewhere)).as("with a connection").isLessThanOrEqualTo(4);
      elsewhere.commit();
    }
    assertThat(crowd.get()).extracting(TestingAnswer::status).containsOnly(200);
  }

  private static int waiting(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT count(*)
            FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
            """)
        .mapTo(Integer.class)
        .one();
  }

  private void useUpTheMinute() {
    TestingCrowd.atOnce(PER_BOT, n -> bot.say("user" + n, "e" + n, "Hello?"));
  }

  private int received() {
    var days = bot.get("/analytics").json().path("daily").findValues("messages_received");
    return days.getLast().intValue();
  }
}
