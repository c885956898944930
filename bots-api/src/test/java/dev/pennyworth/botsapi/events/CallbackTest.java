package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.events.TestingReceiver.Answer;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Custom webhooks whose answers are posted later.
final class CallbackTest {
  private static final Map<String, String> PRIVATE =
      Map.of("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true");

  private static TestingServer server;
  private TestingReceiver receiver;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    server = TestingServer.start(PRIVATE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void create() {
    receiver = new TestingReceiver();
    bot = TestingBot.active(server, server.register(), "");
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void theAnswerIsPostedSignedAndIsTheOneThatAWaitingSenderGets() {
    var begun = say("e1");

    var posted = receiver.await(1);
    assertThat(begun.status()).isEqualTo(202);
    assertThat(begun.json().properties())
        .extracting(Map.Entry::getKey)
        .containsExactly("status", "conversation_id", "turn_id");
    assertThat(begun.json().path("turn_id")).isEqualTo(posted.json().path("turn_id"));
    assertThat(posted.json().path("response").textValue()).contains("“Hello?”");
    assertThat(posted.header("X-Signature-256"))
        .isEqualTo(
            TestingBot.signature(bot.webhookSecret(), posted.header("X-Timestamp"), posted.body()));
    awaitState(begun, "sent", 1);
    var waiting = bot.say("ada", "e1", "Hello?").json();
    assertThat(waiting.toString()).isEqualTo(posted.body());
  }

  @Test
  void theSameEventAgainIsAcceptedAndPostedOnce() {
    var first = say("e1");
    receiver.await(1);
    awaitState(first, "sent", 1);

    var again = say("e1");
    say("e2");

    assertThat(again.status()).isEqualTo(202);
    assertThat(again.json().path("turn_id")).isEqualTo(first.json().path("turn_id"));
    assertThat(again.json().path("status").textValue()).isEqualTo("done");
    receiver.await(2);
    assertThat(receiver.arrived().stream().map(it -> it.json().path("turn_id")))
        .doesNotHaveDuplicates();
  }

  @Test
  void aReceiverThatFailsIsTriedSixTimesWithinAboutAnHour() {
    receiver.answer(Answer.status(503));
    var begun = say("e1");
    for (int attempt = 1; attempt < 6; attempt++) {
      awaitState(begun, "pending", attempt);
      server.clock().advance(Duration.ofMinutes(50));
    }

    awaitState(begun, "failed", 6);
    server.clock().advance(Duration.ofHours(30));
    say("e2");
    Eventually.holds("the next one came", () -> receiver.arrived().size() == 7);
  }

  @Test
  void aReceiverThatComesBackGetsTheSameTurn() {
    receiver.answer(new Answer.Cut());
    var begun = say("e1");
    awaitState(begun, "pending", 1);
    receiver.answer(Answer.status(200));
    server.clock().advance(Duration.ofSeconds(10));

    awaitState(begun, "sent", 2);
    assertThat(receiver.arrived().get(1).body()).isEqualTo(receiver.arrived().get(0).body());
  }

  @Test
  void whatAReceiverRefusesOnPurposeIsNotSentAgain() {
    receiver.answer(Answer.status(400));

    awaitState(say("e1"), "failed", 1);
  }

  @Test
  void aRedirectIsNotFollowed() {
    receiver.answer(new Answer.Status(302, Map.of("Location", receiver.url()), ""));

    awaitState(say("e1"), "failed", 1);
    assertThat(receiver.arrived()).hasSize(1);
  }

  @Test
  void aStoppedTurnIsPostedToo() {
    bot.owner("PATCH", "", "{\"spending_cap_cents\":0.000001}");
    say("e1");

    var posted = receiver.await(1).json();
    assertThat(posted.path("stop_reason").textValue()).isEqualTo("spending_cap");
    assertThat(posted.path("billed_cents").asText()).isEqualTo("0");
  }

  @Test
  void whatOneNodeLeavesBehindAnotherPosts() {
    try (var database = TestingDatabase.create();
        var one = TestingServer.start(database, PRIVATE)) {
      one.bean(CallbackRelay.class).close();
      var theirs = TestingBot.active(one, one.register(), "");
      var begun = theirs.receive(body("e1", receiver.url())).json().path("turn_id");
      Eventually.holds(
          "the turn has ended",
          () ->
              theirs
                  .get("/turns/" + begun.textValue())
                  .json()
                  .path("status")
                  .textValue()
                  .equals("done"));
      assertThat(receiver.arrived()).isEmpty();

      try (var _ = TestingServer.start(database, PRIVATE)) {
        assertThat(receiver.await(1).json().path("turn_id")).isEqualTo(begun);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://example.com/", "not an address", "https://a:b@example.com/", "/hook", ""})
  void whatIsNoAddressIsRefusedAndNotStored(String url) {
    var refused = bot.receive(body("e1", url));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo("callback_url");
    assertThat(bot.get("/turns").json().path("turns")).isEmpty();
  }

  @Test
  void aPrivateAddressIsRefusedUnlessTheOperatorAllowsIt() {
    try (var strict = TestingServer.start()) {
      var theirs = TestingBot.active(strict, strict.register(), "");

      for (var host :
          new String[] {"127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254", "localhost"}) {
        var refused = theirs.receive(body("e1", "http://" + host + "/hook"));

        assertThat(refused.status()).as(host).isEqualTo(422);
        assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo("callback_url");
      }
      assertThat(theirs.get("/turns").json().path("turns")).isEmpty();
    }
  }

  private TestingAnswer say(String event) {
    return bot.receive(body(event, receiver.url()));
  }

  private static String body(String event, String url) {
    var message = TestingBot.message("ada", event, "Hello?");
    return message.substring(0, message.length() - 1) + ",\"callback_url\":\"" + url + "\"}";
  }

  private void awaitState(TestingAnswer begun, String state, int attempts) {
    var turn = begun.json().path("turn_id").textValue();
    Eventually.holds(
        "the callback is %s after %d".formatted(state, attempts),
        () -> row(turn).equals(state + " " + attempts));
  }

  private String row(String turn) {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .select(
                    """
                    SELECT state || ' ' || attempts
                    FROM callback
                    WHERE team_id = ? AND 'turn_' || replace(turn_id::text, '-', '') = ?
                      AND lease_until = '-infinity'
                    """,
                    bot.team().id().uuid(),
                    turn)
                .mapTo(String.class)
                .findOne()
                .orElse("none"));
  }
}
