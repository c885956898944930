package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From a message that spends to the webhook that tells of it. A reply costs 0.009795 cents:
/// against a cap of 0.05 that is 20, 39, 59 and 78 percent, and then too little is left for a
/// fifth.
final class CapAlertTest {
  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private TestingReceiver receiver;
  private TestingTeam team;
  private TestingEvents events;

  @BeforeAll
  static void start() {
    provider = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", provider.baseUrl().toString(),
                "OPENAI_API_KEY", "sk-pooled",
                "PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true"));
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  @BeforeEach
  void register() {
    receiver = new TestingReceiver();
    team = server.register();
    events = new TestingEvents(server, team);
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void aCapThatIsCrossedAndReachedByMessagesIsToldOnceEach() {
    events.endpoint(receiver.url(), ",\"events\":[\"bot.cap.*\"]");
    var bot =
        TestingBot.draft(
            server,
            team,
            "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"spending_cap_cents\":0.05");

    for (int i = 0; i < 4; i++) {
      assertThat(bot.test("Hello?").json().path("stop_reason").asText()).isEqualTo("completed");
    }
    assertThat(bot.test("Hello?").json().path("stop_reason").asText()).isEqualTo("spending_cap");
    assertThat(bot.test("Hello?").json().path("stop_reason").asText()).isEqualTo("spending_cap");

    receiver.await(2);
    var threshold = receiver.theOne("bot.cap.threshold");
    assertThat(threshold.at("/data/percent").asInt()).isEqualTo(50);
    assertThat(threshold.at("/data/period").asText()).isEqualTo("lifetime");
    assertThat(threshold.at("/data/bot_id").asText()).isEqualTo(bot.id());
    assertThat(threshold.at("/data/limit_cents").decimalValue()).isEqualByComparingTo("0.05");
    assertThat(threshold.at("/data/spent_cents").decimalValue()).isEqualByComparingTo("0.029385");
    var reached = receiver.theOne("bot.cap.reached");
    assertThat(reached.at("/data/spent_cents").decimalValue()).isEqualByComparingTo("0.03918");
    assertThat(events.get("/api/events").path("events")).hasSize(2);
  }
}
