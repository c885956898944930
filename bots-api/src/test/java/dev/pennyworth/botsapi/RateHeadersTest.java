package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every answer of a limited route tells what is left, the good ones too.
final class RateHeadersTest {
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
  void eachMessageCountsDownTheLimitThatLeavesLeast() {
    assertLeft(bot.say("ada", "e1", "Hello?"), 20, 19);
    assertLeft(bot.say("ada", "e2", "Hello?"), 20, 18);
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":100}");
    assertLeft(bot.say("ada", "e3", "Hello?"), 60, 57);
  }

  @Test
  void aDuplicateTellsTheSameAndUsesUpNothing() {
    bot.say("ada", "e1", "Hello?");

    assertLeft(bot.say("ada", "e1", "Hello?"), 20, 19);
    assertLeft(bot.say("ada", "e1", "Hello?"), 20, 19);
    assertLeft(bot.say("ada", "e2", "Hello?"), 20, 18);
  }

  @Test
  void aMessageThatCannotBeReadTellsItAndUsesUpNothing() {
    var unread = bot.receive("{\"text\":\"Hello?\"}");

    assertThat(unread.status()).isEqualTo(422);
    assertLeft(unread, 60, 60);
    assertLeft(bot.receive("{\"unknown\":1}"), 60, 60);
  }

  @Test
  void aBadSignatureIsToldNothing() {
    var refused = bot.signingWith("whs_wrong").say("ada", "e1", "Hello?");

    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("X-RateLimit-Remaining")).isEmpty();
  }

  @Test
  void theTestEndpointTellsItInEveryAnswer() {
    assertLeft(bot.test("Hello?"), 10, 9);
    assertLeft(bot.owner("POST", "/test", "{}"), 10, 9);
    var none = "/api/bots/bt_" + "0".repeat(32) + "/test";
    assertLeft(server.post(none, bot.team().accessToken(), "{\"message\":\"x\"}"), 10, 9);
    assertLeft(bot.test("Hello?"), 10, 8);
  }

  @Test
  void aRefusalSaysWhichLimitHowMuchOfItAndWhatToDo() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":2}");
    bot.say("ada", "e1", "Hello?");
    bot.say("ada", "e2", "Hello?");

    var refused = bot.say("ada", "e3", "Hello?");

    assertThat(refused.status()).isEqualTo(429);
    assertLeft(refused, 2, 0);
    assertThat(refused.header("Retry-After")).hasValue("60");
    var details = refused.json().at("/error/details");
    assertThat(details.path("scope").textValue()).isEqualTo("rate_limit");
    assertThat(details.path("limit").intValue()).isEqualTo(2);
    assertThat(details.path("spent").intValue()).isEqualTo(2);
    assertThat(details.required("held").intValue()).isZero();
    assertThat(details.required("remaining").intValue()).isZero();
    assertThat(details.path("resets_at").textValue())
        .isEqualTo(server.clock().instant().plus(Duration.ofMinutes(1)).toString());
    assertThat(details.path("remedy").textValue()).isNotBlank();
  }

  @Test
  void signingInTellsItWhetherItSucceedsOrNot() {
    var email = UUID.randomUUID() + "@example.com";
    var right = "{\"email\":\"%s\",\"password\":\"correct horse battery\"}".formatted(email);
    var wrong = "{\"email\":\"%s\",\"password\":\"wrong password\"}".formatted(email);

    assertLeft(server.post("/api/auth/register", "", right), 10, 9);
    assertLeft(server.post("/api/auth/register", "", right), 10, 8);
    var signedIn = server.post("/api/auth/login", "", right);
    assertLeft(signedIn, 10, 9);
    assertLeft(server.post("/api/auth/login", "", wrong), 10, 8);
    var token =
        "{\"refresh_token\":\"%s\"}".formatted(signedIn.json().path("refresh_token").textValue());
    assertLeft(server.post("/api/auth/refresh", "", token), 60, 59);
    assertLeft(server.post("/api/auth/logout", "", token), 60, 59);
    assertThat(server.post("/api/auth/login", "", "{}").header("X-RateLimit-Limit"))
        .hasValue("300");
  }

  private static void assertLeft(TestingAnswer answer, int limit, int remaining) {
    assertThat(answer.header("X-RateLimit-Limit")).hasValue(Integer.toString(limit));
    assertThat(answer.header("X-RateLimit-Remaining")).hasValue(Integer.toString(remaining));
    assertThat(answer.header("X-RateLimit-Reset").map(Long::parseLong).orElseThrow())
        .isGreaterThan(server.clock().instant().getEpochSecond());
  }
}
