package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Discord's commands by HTTP, from end to end, against a stub of its REST API.
final class DiscordTest {
  private static TestingDiscord discord;
  private static TestingServer server;

  private TestingDiscordBot chat;

  @BeforeAll
  static void start() {
    discord = new TestingDiscord();
    server = TestingServer.start(Map.of("DISCORD_API_URL", discord.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
    discord.close();
  }

  @BeforeEach
  void create() {
    discord.startOver();
    chat = TestingDiscordBot.active(server, discord, "");
  }

  @Test
  void aPingIsAnswered() {
    var answer = chat.post(chat.interaction(1, 1).toString());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().toString()).isEqualTo("{\"type\":1}");
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void aCommandIsDeferredAndThenOneBilledTurnAndOneAnswer() {
    var answer = chat.ask(1, "Hello?");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().toString()).isEqualTo("{\"type\":5}");
    awaitSent(1);
    assertThat(answered(1)).contains("“Hello?”");
    assertThat(discord.visible(chat.channel())).isEmpty();
    var sent = discord.calls("PATCH", "/webhooks/").getLast().json();
    assertThat(sent.path("allowed_mentions").toString()).isEqualTo("{\"parse\":[]}");
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
  }

  @Test
  void anAnswerThatIsFasterThanItsDeferringWaitsForIt() {
    chat.post(chat.asked(1, "Hello?")); // Discord has not read our answer yet
    chat.awaitRetry();
    assertThat(discord.visible(chat.channel())).isEmpty();
    discord.defer(chat.interactionToken(1));

    awaitSent(1);
    assertThat(answered(1)).contains("“Hello?”");
  }

  @Test
  void anAnswerWhoseCommandDiscordGaveUpIsAMessageOfTheChannel() {
    chat.post(chat.asked(1, "Hello?"));
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(30));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1).first().asString().contains("“Hello?”");
  }

  @Test
  void anAnswerAfterAQuarterOfAnHourIsAMessageOfTheChannel() {
    discord.answerTexts(new Answer.Status(502, "text/html", "<html>Bad Gateway</html>"));
    chat.ask(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofMinutes(15));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1);
    assertThat(discord.answered(chat.interactionToken(1))).isEmpty();
  }

  @Test
  void aResetBeginsANewConversation() {
    chat.ask(1, "Hello?");
    awaitSent(1);
    var reset = chat.interaction(2, 2);
    reset.putObject("data").put("id", "2").put("name", "reset").put("type", 1);

    assertThat(chat.post(reset.toString()).json().path("type").asInt()).isEqualTo(5);
    discord.defer(chat.interactionToken(2));
    awaitSent(2);
    chat.ask(3, "And now?");
    awaitSent(3);

    assertThat(chat.count("conversation")).isEqualTo(2);
  }

  @Test
  void theSameInteractionFiftyTimesAtOnceIsOneTurnAndOneAnswer() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          threads.invokeAll(
              IntStream.range(0, 50)
                  .<Callable<TestingAnswer>>mapToObj(_ -> () -> chat.ask(5, "Hello?"))
                  .toList());
      for (var answer : answers) {
        assertThat(answer.get().json().path("type").asInt()).isEqualTo(5);
      }
    }
    awaitSent(1);
    chat.ask(6, "And now?");
    awaitSent(2);

    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(discord.visible(chat.channel())).isEmpty();
  }

  @Test
  void aWrongOrMissingSignatureIs401AndNothingIsStored() {
    var body = chat.asked(1, "Hello?");
    var stamp = Long.toString(server.clock().instant().getEpochSecond());
    var forged = TestingDiscordBot.sign(TestingDiscordBot.keys(), stamp, body);

    assertThat(
            chat.post(body, "X-Signature-Timestamp", stamp, "X-Signature-Ed25519", forged).status())
        .isEqualTo(401);
    assertThat(chat.post(body, "X-Signature-Timestamp", stamp).status()).isEqualTo(401);
    assertThat(chat.post(body, new String[0]).status()).isEqualTo(401);
    assertThat(chat.post(body, new String[0]).errorCode()).isEqualTo("bad_signature");

    assertThat(chat.count("turn") + chat.count("message") + chat.count("conversation")).isZero();
  }

  @Test
  void aStaleTimestampIsRefusedAndSoIsOneOfTheFuture() {
    var body = chat.asked(1, "Hello?");
    var now = server.clock().instant();

    assertThat(chat.post(body, now.minusSeconds(301)).status()).isEqualTo(401);
    assertThat(chat.post(body, now.plusSeconds(301)).status()).isEqualTo(401);
    assertThat(chat.count("turn")).isZero();
    assertThat(chat.post(body, now.minusSeconds(299)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{}", "{\"type\":", "{\"type\":2}", "{\"type\":\"x\"}"})
  void whatIsSignedAndNoInteractionIsLetPass(String body) {
    assertThat(chat.post(body).status()).isEqualTo(200);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void aCommandOfABotIsToldApartAndCostsNothing() {
    var interaction = chat.interaction(1, 2);
    ((ObjectNode) interaction.at("/member/user")).put("bot", true);
    interaction.putObject("data").put("name", "ask");

    assertThat(chat.post(interaction.toString()).json().at("/data/flags").asInt()).isEqualTo(64);
    assertThat(chat.count("turn")).isZero();
  }

  @Test
  void whatIsOneTooManyIsToldItsUserAlone() {
    chat.bot().owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");
    chat.ask(1, "One");

    var answer = chat.ask(2, "Two");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("type").asInt()).isEqualTo(4);
    assertThat(answer.json().at("/data/flags").asInt()).isEqualTo(64);
    assertThat(answer.json().at("/data/content").asText()).contains("<t:");
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void aPauseThatDiscordAsksForIsObeyed() {
    discord.answerTexts(
        new Answer.Status(
            429,
            "application/json",
            "{\"message\":\"You are being rate limited.\",\"retry_after\":30.25,\"global\":false}"));
    chat.ask(1, "Hello?");
    chat.awaitRetry();

    assertThat(chat.waitSeconds()).isBetween(29L, 31L);
    server.clock().advance(Duration.ofSeconds(31));

    awaitSent(1);
    assertThat(answered(1)).contains("“Hello?”");
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 403, 429})
  void aPageOfAProxyInsteadOfAnAnswerIsTriedAgain(int status) {
    discord.answerTexts(new Answer.Status(status, "text/html", "<html>Sorry</html>"));
    chat.ask(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    awaitSent(1);
    assertThat(answered(1)).contains("“Hello?”");
  }

  @Test
  void anEndUserWhoTakesNoMessagesIsNotTriedAgain() {
    discord.answer(call ->
        call.isOfText()
            ? Answer.error(403, 50007, "Cannot send messages to this user")
            : new Answer.Good());
    chat.ask(1, "Hello?");

    chat.awaitState(1, "failed");
    assertThat(chat.error()).contains("takes no direct messages");
  }

  private void awaitSent(int number) {
    Eventually.holds(
        number + " are sent",
        () -> {
          server.clock().advance(Duration.ofMillis(50)); // what came too early is tried again
          return chat.count("outbox WHERE state = 'sent' AND") == number;
        });
  }

  private String answered(int number) {
    return discord.answered(chat.interactionToken(number)).orElseThrow();
  }
}
