package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two nodes over one database let through what one would: rate limits are exact, and what is over
/// is not stored.
final class TwoNodesTest {
  private static TestingDatabase database;
  private static List<TestingServer> nodes;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    database = TestingDatabase.create();
    nodes =
        List.of(TestingServer.start(database, Map.of()), TestingServer.start(database, Map.of()));
  }

  @AfterAll
  static void stop() {
    nodes.forEach(TestingServer::close);
    database.close();
  }

  @BeforeEach
  void create() {
    var first = nodes.getFirst();
    bot =
        TestingBot.active(
            first,
            first.register(),
            "\"llm_model\":\"pennyworth-free\"," + "\"llm_provider\":\"builtin\"");
  }

  @Test
  void aBotHearsExactlySixtyMessagesAMinute() {
    var answers = hammer(100, n -> at(n).say("user" + n, "e" + n, "Hello?"));

    assertLetThrough(answers, 60);
    assertThat(received()).isEqualTo(60);
    assertThat(bot.get("/turns?limit=200").json().path("turns")).hasSize(60);
    nodes.forEach(node -> node.clock().advance(Duration.ofMinutes(1)));
    assertThat(at(1).say("late", "late", "Hello?").status()).isEqualTo(200);
  }

  @Test
  void anEndUserIsHeardExactlyAsOftenAsItsBotAllows() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":7}");

    var answers = hammer(40, n -> at(n).say("ada", "e" + n, "Hello?"));

    assertLetThrough(answers, 7);
    assertThat(received()).isEqualTo(7);
  }

  @Test
  void anEventThatBothNodesGetUsesUpOnePlace() {
    var answers = hammer(40, n -> at(n).say("ada", "same", "Hello?"));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertThat(at(0).say("bob", "other", "Hello?").header("X-RateLimit-Remaining")).hasValue("19");
    assertThat(at(1).say("ada", "next", "Hello?").header("X-RateLimit-Remaining")).hasValue("18");
  }

  @Test
  void aUserTestsExactlyTenTimesAMinute() {
    assertLetThrough(hammer(30, n -> at(n).test("Hello?")), 10);
  }

  @Test
  void anAccountSignsInExactlyTenTimesAMinute() {
    var credentials =
        "{\"email\":\"%s@example.com\",\"password\":\"wrong password\"}"
            .formatted(UUID.randomUUID());

    var answers = hammer(16, n -> node(n).post("/api/auth/login", "", credentials));

    assertThat(answers).filteredOn(answer -> answer.status() == 401).hasSize(10);
    assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSize(6);
  }

  private static TestingServer node(int n) {
    return nodes.get(n % nodes.size());
  }

  private TestingBot at(int n) {
    return bot.at(node(n));
  }

  private static List<TestingAnswer> hammer(int times, IntFunction<TestingAnswer> deed) {
    return TestingCrowd.atOnce(times, deed);
  }

  private static void assertLetThrough(List<TestingAnswer> answers, int limit) {
    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200, 429);
    assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(limit);
    assertThat(answers)
        .filteredOn(answer -> answer.status() == 200)
        .extracting(
            answer -> answer.header("X-RateLimit-Remaining").map(Integer::valueOf).orElse(-1))
        .allMatch(left -> left >= 0 && left < limit);
  }

  private int received() {
    var days = bot.get("/analytics").json().path("daily").findValues("messages_received");
    return days.getLast().intValue();
  }
}
