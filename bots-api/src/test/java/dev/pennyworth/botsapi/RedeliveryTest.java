package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The same event more than once: one turn, one charge, one answer.
final class RedeliveryTest {
  private static final int TIMES = 20;

  private TestingOpenAiServer provider;
  private TestingServer server;
  private TestingBot bot;

  @BeforeEach
  void start() {
    provider = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", provider.baseUrl().toString(), "OPENAI_API_KEY", "sk-pooled"));
    bot =
        TestingBot.active(
            server, server.register(), "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  @Test
  void anEventThatIsDeliveredManyTimesAtOnceIsAnsweredAndChargedOnce() {
    var answers = TestingCrowd.atOnce(TIMES, _ -> bot.say("ada", "e1", "Hello?"));

    assertOneTurn(answers);
  }

  @Test
  void withoutAnEventIdTheSignatureIsTheIdentity() {
    long stamp = server.clock().instant().getEpochSecond();

    var answers =
        TestingCrowd.atOnce(
            TIMES,
            _ ->
                bot.receive(
                    "{\"text\":\"Hello?\",\"user_id\":\"ada\",\"channel_id\":\"main\"}", stamp));

    assertOneTurn(answers);
  }

  @Test
  void theSameTextAtTwoTimesIsTwoMessages() {
    var body = "{\"text\":\"Hello?\",\"user_id\":\"ada\",\"channel_id\":\"main\"}";
    long stamp = server.clock().instant().getEpochSecond();

    var first = bot.receive(body, stamp).json();
    var second = bot.receive(body, stamp + 1).json();

    assertThat(second.path("turn_id")).isNotEqualTo(first.path("turn_id"));
    assertThat(second.path("conversation_id")).isEqualTo(first.path("conversation_id"));
    assertThat(provider.received()).hasSize(2);
  }

  @Test
  void aRedeliveryGetsTheFirstAnswerAgain() {
    var first = bot.say("ada", "e1", "Hello?");

    var again = bot.say("ada", "e1", "Hello?");

    assertThat(again.text()).isEqualTo(first.text());
  }

  @Test
  void anEventIdCountsEvenWithAnotherText() {
    var first = bot.say("ada", "e1", "Hello?").json();

    var again = bot.say("ada", "e1", "Something else").json();

    assertThat(again.path("turn_id")).isEqualTo(first.path("turn_id"));
    assertThat(provider.received()).hasSize(1);
  }

  @Test
  void anotherBotsEventOfTheSameIdIsAnotherMessage() {
    var other =
        TestingBot.active(
            server, bot.team(), "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");

    var first = bot.say("ada", "e1", "Hello?").json();
    var second = other.say("ada", "e1", "Hello?").json();

    assertThat(second.path("turn_id")).isNotEqualTo(first.path("turn_id"));
    assertThat(provider.received()).hasSize(2);
  }

  @Test
  void anEventIdCannotPassForASignature() {
    var body = "{\"text\":\"Hello?\",\"user_id\":\"ada\",\"channel_id\":\"main\"}";
    long stamp = server.clock().instant().getEpochSecond();
    var signature = TestingBot.signature(bot.webhookSecret(), Long.toString(stamp), body);

    bot.receive(body, stamp);
    bot.say("ada", signature, "Hello?");

    assertThat(provider.received()).hasSize(2);
  }

  @Test
  void aRedeliveryUsesUpNoAllowance() {
    var first = bot.say("ada", "e1", "Hello?");
    for (int i = 0; i < 2 * TIMES; i++) {
      bot.say("ada", "e1", "Hello?");
    }

    var next = bot.say("ada", "e2", "Hello?");

    assertThat(first.header("X-RateLimit-Remaining")).hasValue("19");
    assertThat(next.header("X-RateLimit-Remaining")).hasValue("18");
  }

  @Test
  void aRedeliveryIsAnsweredWhenTheAllowanceIsUsedUp() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    var first = bot.say("ada", "e1", "Hello?");
    var refused = bot.say("ada", "e2", "Hello?");

    var again = bot.say("ada", "e1", "Hello?");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text()).isEqualTo(first.text());
  }

  private void assertOneTurn(List<TestingAnswer> answers) {
    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertThat(answers.stream().map(answer -> answer.json().path("turn_id").textValue()).distinct())
        .hasSize(1);
    assertThat(provider.received()).hasSize(1);
    assertThat(bot.get("/turns").json().path("turns")).hasSize(1);
    var conversation = answers.getFirst().json().path("conversation_id").textValue();
    assertThat(
            bot.get("/conversations/" + conversation + "/messages")
                .json()
                .path("messages")
                .findValuesAsText("direction"))
        .containsExactly("in", "out");
    assertThat(bot.ledger("?kind=charge").json().path("entries")).hasSize(1);
    assertThat(bot.balance().text())
        .contains("\"balance_cents\":499.990205,")
        .contains("\"held_cents\":0,");
    assertThat(bot.get("/analytics").json().at("/summary/total_messages").intValue()).isEqualTo(2);
    assertThat(bot.ledger("/verify").json().path("ok").booleanValue()).isTrue();
  }
}
