package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Turns wait for money and go on when it is there, as owners and end users see it.
final class ParkedTurnsTest {
  /// o1 costs 60,000 nano-dollars an output token: 83,000 of them are nearly all of the $5.00.
  private static final String DEAR =
      """
      "llm_provider": "openai", "llm_model": "o1", "max_tokens_per_turn": 83000, "on_limit": "park"\
      """;

  private static final Reply NEARLY_ALL =
      TestingOpenAiServer.completion("An expensive answer.", 485, 82_990);

  private static final String PARKING = "\"on_limit\": \"park\"";

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private TestingTeam team;

  @BeforeAll
  static void start() {
    provider = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", provider.baseUrl().toString(), "OPENAI_API_KEY", "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  @BeforeEach
  void register() {
    provider.reply(TestingOpenAiServer.completion());
    team = server.register();
  }

  @Test
  void fourParkedTurnsGoOnInOrderAfterOneTopUp() {
    var bot = TestingBot.active(server, team, DEAR);
    provider.reply(NEARLY_ALL);
    assertThat(bot.test("spend it").json().path("stop_reason").textValue()).isEqualTo("completed");
    provider.reply(TestingOpenAiServer.completion());
    int before = provider.received().size();

    for (var user : List.of("ann", "bob", "cid", "dee")) {
      server.clock().advance(Duration.ofSeconds(1));
      var answer = bot.say(user, user, "I am " + user).json();
      assertThat(answer.path("status").textValue()).isEqualTo("parked");
      assertThat(answer.path("stop_reason").textValue()).isEqualTo("insufficient_balance");
      assertThat(answer.at("/details/scope").textValue()).isEqualTo("wallet");
      assertThat(answer.path("response").textValue()).contains("spending limit");
    }
    topUp("1000");
    Eventually.holds("all go on", () -> turns(bot, "?status=parked").isEmpty());
    Eventually.holds("all are over", () -> turns(bot, "?status=running").isEmpty());

    assertThat(provider.received().subList(before, provider.received().size()))
        .extracting(one -> one.body().path("messages").path(1).path("content").asText())
        .containsExactly("I am ann", "I am bob", "I am cid", "I am dee");
    for (var turn : turns(bot, "?limit=4")) {
      assertThat(turn.at("/receipt/steps")).hasSize(1);
      assertThat(charges(bot, turn)).hasSize(1);
    }
    var again = bot.say("ann", "ann", "I am ann").json();
    assertThat(again.path("response").textValue()).isEqualTo(TestingOpenAiServer.DEFAULT_TEXT);
    assertThat(provider.received()).as("told again, not asked again").hasSize(before + 4);
    assertProven();
  }

  @Test
  void raisingTheCapLetsATurnGoOn() {
    var bot = TestingBot.active(server, team, PARKING + ", \"spending_cap_cents\": 0");
    var parked = bot.test("Hello?").json();
    assertThat(parked.path("status").textValue()).isEqualTo("parked");
    assertThat(parked.path("stop_reason").textValue()).isEqualTo("spending_cap");

    bot.owner("PATCH", "", "{\"spending_cap_cents\": 100}");

    var turn = parked.path("turn_id").textValue();
    Eventually.holds("it is over", () -> turn(bot, turn).path("status").asText().equals("done"));
    assertThat(turn(bot, turn).path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(turn(bot, turn).path("parked_at").textValue()).isNotNull();
    assertProven();
  }

  @Test
  void aStepAboveTheApprovalPointWaitsUntilSomebodyWithMoneyApproves() {
    var bot = TestingBot.active(server, team, "\"approval_cents\": 0.0001");
    var turn = bot.test("Hello?").json();
    assertThat(turn.path("stop_reason").textValue()).isEqualTo("awaiting_approval");
    assertThat(turn.path("problem").textValue()).contains("approval point of 0.0001 cents");
    var path = "/turns/" + turn.path("turn_id").textValue() + "/resume";
    var editor = TestingMember.of(server, team, "editor");
    var billing = TestingMember.of(server, team, "billing");

    assertThat(editor.post("/api/bots/" + bot.id() + path, "").status()).isEqualTo(403);
    var resumed = billing.post("/api/bots/" + bot.id() + path, "{\"approved\":true}");

    assertThat(resumed.status()).isEqualTo(200);
    Eventually.holds("it is over", () -> turns(bot, "?status=done").size() == 1);
    assertThat(bot.owner("POST", path, "").errorCode()).isEqualTo("turn_is_not_parked");
  }

  @Test
  void anApprovalThatIsSentAgainDoesNotApproveOfTheNextStep() {
    var bot = TestingBot.active(server, team, "\"approval_cents\": 0.0001");
    var turn = bot.test("/tool current_time {}").json().path("turn_id").textValue();
    var path = "/api/bots/" + bot.id() + "/turns/" + turn + "/resume";

    var first = server.post(path, team.accessToken(), "", "Idempotency-Key", "approved");
    Eventually.holds(
        "the step after the tool waits", () -> isParked(bot, turn) && steps(bot, turn) == 2);
    var again = server.post(path, team.accessToken(), "", "Idempotency-Key", "approved");

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text()).as("told again").isEqualTo(first.text());
    assertThat(isParked(bot, turn)).isTrue();
    bot.owner("POST", "/turns/" + turn + "/resume", "");
    Eventually.holds("it is over", () -> turn(bot, turn).path("status").asText().equals("done"));
    assertThat(steps(bot, turn)).isEqualTo(3);
  }

  @Test
  void anOwnerLetsAParkedTurnEnd() {
    var bot = TestingBot.active(server, team, PARKING + ", \"spending_cap_cents\": 0");
    var turn = bot.test("Hello?").json().path("turn_id").textValue();

    bot.owner("POST", "/turns/" + turn + "/resume", "{\"approved\":false}");

    Eventually.holds("it is over", () -> turn(bot, turn).path("status").asText().equals("done"));
    assertThat(turn(bot, turn).path("stop_reason").textValue()).isEqualTo("spending_cap");
    assertThat(turn(bot, turn).path("problem").textValue()).contains("owner");
  }

  @Test
  void whatWasDecidedIsToldInPlainWords() {
    var bot = TestingBot.active(server, team, "");
    var turn = bot.test("Hello?").json().path("turn_id").textValue();

    assertThat(bot.owner("POST", "/turns/" + turn + "/resume", "{\"yes\":1}").errorCode())
        .isEqualTo("unknown_field");
    assertThat(bot.get("/turns?status=lost").errorCode()).isEqualTo("invalid_value");
  }

  @Test
  void whatIsNoDecisionOrNotTheirsChangesNothing() {
    var bot = TestingBot.active(server, team, PARKING + ", \"spending_cap_cents\": 0");
    var turn = bot.test("Hello?").json().path("turn_id").textValue();
    var path = "/turns/" + turn + "/resume";
    var viewer = TestingMember.of(server, team, "viewer");
    var stranger = server.register();

    for (var body : List.of("[]", "{", "true", "{\"approved\":\"no\"}", "{\"approved\":0}")) {
      assertThat(bot.owner("POST", path, body).status()).as(body).isBetween(400, 422);
    }
    assertThat(viewer.post("/api/bots/" + bot.id() + path, "").status()).isEqualTo(403);
    assertThat(server.post("/api/bots/" + bot.id() + path, stranger.accessToken(), "").status())
        .isEqualTo(404);
    for (var unknown : List.of("turn_" + "0".repeat(32), "nonsense")) {
      assertThat(bot.owner("POST", "/turns/" + unknown + "/resume", "").status())
          .as(unknown)
          .isEqualTo(404);
    }
    var other = TestingBot.active(server, team, PARKING);
    assertThat(other.owner("POST", path, "").status()).as("of another bot").isEqualTo(404);

    assertThat(turn(bot, turn).path("status").textValue()).isEqualTo("parked");
    assertThat(turns(bot, "?status=parked")).hasSize(1);
    assertThat(turns(bot, "?status=done")).isEmpty();
  }

  @Test
  void ownersHearOfBothOnTheirWebhooksLog() {
    var bot = TestingBot.active(server, team, PARKING + ", \"spending_cap_cents\": 0");
    var turn = bot.test("Hello?").json().path("turn_id").textValue();
    bot.owner("PATCH", "", "{\"spending_cap_cents\": 100}");
    Eventually.holds("it is over", () -> turn(bot, turn).path("status").asText().equals("done"));

    var events = server.get("/api/events", team.accessToken()).json().path("events");

    assertThat(events.findValuesAsText("type")).contains("turn.parked", "turn.resumed");
    assertThat(events.findValuesAsText("turn_id")).containsOnly(turn);
  }

  private void topUp(String cents) {
    var deposit =
        server.post("/api/balance/deposit", team.accessToken(), "{\"amount_cents\":" + cents + "}");
    var paid =
        server.send(
            HttpRequest.newBuilder(URI.create(deposit.json().path("checkout_url").textValue()))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.noBody())
                .build());
    assertThat(paid.status()).isEqualTo(200);
  }

  private static List<JsonNode> turns(TestingBot bot, String query) {
    var turns = bot.get("/turns" + query).json().required("turns");
    return StreamSupport.stream(turns.spliterator(), false).toList();
  }

  private static JsonNode turn(TestingBot bot, String turn) {
    return bot.get("/turns/" + turn).json();
  }

  private static boolean isParked(TestingBot bot, String turn) {
    return turn(bot, turn).path("status").asText().equals("parked");
  }

  private static int steps(TestingBot bot, String turn) {
    return turn(bot, turn).at("/receipt/steps").size();
  }

  private static List<JsonNode> charges(TestingBot bot, JsonNode turn) {
    var entries = bot.ledger("?kind=charge&bot_id=" + bot.id()).json().path("entries");
    return StreamSupport.stream(entries.spliterator(), false)
        .filter(entry -> entry.path("turn_id").equals(turn.path("id")))
        .toList();
  }

  private void assertProven() {
    var proof = server.get("/api/ledger/verify", team.accessToken()).json();
    assertThat(proof.path("ok").booleanValue()).as(proof.toString()).isTrue();
  }
}
