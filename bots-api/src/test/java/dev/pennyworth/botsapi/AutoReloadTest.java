package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingStripe.Mood;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The wallet fills again by itself: in the sandbox with a practice card, with Stripe with the card
/// that a checkout saved. Wallets begin with 500 cents.
final class AutoReloadTest {
  private static TestingStripe stripe;
  private static TestingServer real;
  private static TestingServer sandbox;

  @BeforeAll
  static void start() {
    stripe = new TestingStripe();
    real = TestingServer.start(stripe.environment());
    sandbox = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    sandbox.close();
    real.close();
    stripe.close();
  }

  @BeforeEach
  void calm() {
    stripe.be(Mood.PAYS);
    stripe.saveCard("");
  }

  @Test
  void itIsOffUntilItIsSetAndThenShownAsSet() {
    var team = sandbox.register();

    assertThat(
            sandbox.get("/api/balance", team.accessToken()).json().path("auto_reload").toString())
        .isEqualTo(
            "{\"enabled\":false,\"threshold_cents\":null,\"amount_cents\":null,\"monthly_ceiling_cents\":null}");
    var set =
        put(
            sandbox,
            team,
            "{\"enabled\":true,\"threshold_cents\":100.5,\"amount_cents\":600,\"monthly_ceiling_cents\":1800}");
    assertThat(set.status()).as(set.text()).isEqualTo(200);
    assertThat(set.text())
        .isEqualTo(
            "{\"enabled\":true,\"threshold_cents\":100.5,\"amount_cents\":600,\"monthly_ceiling_cents\":1800}");
    assertThat(put(sandbox, team, "{\"enabled\":false}").text())
        .isEqualTo(set.text().replace("true", "false"));
    assertThat(
            sandbox.get("/api/balance", team.accessToken()).json().path("auto_reload").toString())
        .isEqualTo(set.text().replace("true", "false"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"enabled\":true,\"threshold_cents\":100,\"amount_cents\":499,\"monthly_ceiling_cents\":1800} | 422 | amount_cents",
        "{\"enabled\":true,\"threshold_cents\":100,\"amount_cents\":50001,\"monthly_ceiling_cents\":180000} | 422 | amount_cents",
        "{\"enabled\":true,\"threshold_cents\":-1,\"amount_cents\":500,\"monthly_ceiling_cents\":1800} | 422 | threshold_cents",
        "{\"enabled\":true,\"threshold_cents\":100,\"amount_cents\":600,\"monthly_ceiling_cents\":599} | 422 | monthly_ceiling_cents",
        "{\"enabled\":true,\"threshold_cents\":100,\"amount_cents\":600} | 422 | monthly_ceiling_cents",
        "{\"threshold_cents\":100} | 422 | enabled",
        "{\"enabled\":true,\"amount\":600} | 400 | amount"
      })
  void whatCannotBeIsRefused(String body, int status, String field) {
    var refused = put(sandbox, sandbox.register(), body);

    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo(field);
  }

  @Test
  void inTheSandboxThePracticeCardPaysUpToTheCeiling() {
    var team = sandbox.register();

    put(sandbox, team, settings(100_000, 600, 1_300));

    Eventually.holds("two reloads", () -> balance(sandbox, team) == 1_700);
    Eventually.holds("the owner is told of the ceiling", () -> events(sandbox, team).size() == 3);
    assertThat(balance(sandbox, team)).isEqualTo(1_700);
    assertThat(events(sandbox, team))
        .containsExactlyInAnyOrder(
            "auto_reload.succeeded", "auto_reload.succeeded", "auto_reload.failed");
    assertProven(sandbox, team);
  }

  @Test
  void anAmountThatEndsInTwoCentsIsDeclinedThreeTimesAndSwitchesOff() {
    var team = sandbox.register();

    put(sandbox, team, settings(1_000, 602, 10_000));
    for (int failures = 1; failures <= 3; failures++) {
      int told = failures;
      Eventually.holds(told + " failures", () -> events(sandbox, team).size() == told);
      sandbox.clock().advance(Duration.ofSeconds(10));
    }

    assertThat(isOn(sandbox, team)).isFalse();
    assertThat(events(sandbox, team)).hasSize(3).containsOnly("auto_reload.failed");
    assertThat(balance(sandbox, team)).isEqualTo(500);
  }

  @Test
  void withoutASavedCardItCannotBeSwitchedOn() {
    var team = real.register();

    var refused = put(real, team, settings(1_000, 600, 10_000));

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.errorCode()).isEqualTo("no_saved_card");
    assertThat(refused.text()).contains("deposit");
    assertThat(put(real, team, settings(1_000, 600, 10_000).replace("true", "false")).status())
        .isEqualTo(200);
  }

  @Test
  void theCardThatACheckoutSavedIsChargedWithNobodyThere() {
    var team = withACard("pm_of_intent");

    assertThat(put(real, team, settings(2_000, 600, 10_000)).status()).isEqualTo(200);
    Eventually.holds("reloaded", () -> balance(real, team) == 2_100);

    assertThat(charges(team)).hasSize(1);
    assertThat(charges(team).getFirst().form())
        .containsEntry("amount", "600")
        .containsEntry("currency", "usd")
        .containsEntry("off_session", "true")
        .containsEntry("confirm", "true")
        .containsEntry("customer", "cus_" + team.id())
        .containsEntry("payment_method", "pm_of_intent")
        .containsEntry("metadata[pennyworth_purpose]", "auto_reload");
    assertThat(events(real, team)).contains("auto_reload.succeeded");
    assertProven(real, team);
  }

  @Test
  void aCardThatOnlyStripeKnowsOfIsFound() {
    var team = withACard("");
    assertThat(put(real, team, settings(1, 600, 10_000)).status()).isEqualTo(409);

    stripe.saveCard("pm_listed");

    assertThat(put(real, team, settings(1, 600, 10_000)).status()).isEqualTo(200);
  }

  @Test
  void aLostAnswerIsAskedForAgainAndChargesOnce() {
    var team = withACard("pm_1");
    stripe.be(Mood.LOSES_ANSWERS);
    put(real, team, settings(2_000, 600, 10_000));
    Eventually.holds("asked", () -> !charges(team).isEmpty());

    stripe.be(Mood.PAYS);
    real.clock().advance(Duration.ofMinutes(2));
    Eventually.holds("reloaded", () -> balance(real, team) == 2_100);

    assertThat(charges(team))
        .hasSizeGreaterThan(1)
        .extracting(TestingStripe.Asked::idempotencyKey)
        .containsOnly(charges(team).getFirst().idempotencyKey());
    assertProven(real, team);
  }

  @Test
  void aChargeThatTakesItsTimeIsReadBack() {
    var team = withACard("pm_1");
    stripe.be(Mood.TAKES_ITS_TIME);
    put(real, team, settings(2_000, 600, 10_000));
    Eventually.holds("asked", () -> charges(team).size() == 1);
    Eventually.holds("its name is kept", () -> intentOf(team).startsWith("pi_auto_"));
    assertThat(balance(real, team)).isEqualTo(1_500);

    stripe.pay(intentOf(team));
    real.clock().advance(Duration.ofMinutes(2));

    Eventually.holds("reloaded", () -> balance(real, team) == 2_100);
    assertThat(charges(team)).hasSize(1);
    assertProven(real, team);
  }

  @Test
  void aDeclinedCardIsToldAndNotTriedAgainAtOnce() {
    var team = withACard("pm_1");
    stripe.be(Mood.DECLINES);
    put(real, team, settings(2_000, 600, 10_000));

    Eventually.holds("told", () -> events(real, team).contains("auto_reload.failed"));

    assertThat(eventData(real, team)).anyMatch(data -> data.contains("insufficient_funds"));
    assertThat(charges(team)).hasSize(1);
    assertThat(isOn(real, team)).isTrue();
    assertThat(balance(real, team)).isEqualTo(1_500);
  }

  /// A team that deposited 1,000 cents; Stripe then tells of its customer, and of its card if there
  /// is one.
  private static TestingTeam withACard(String card) {
    var team = real.register();
    real.post("/api/balance/deposit", team.accessToken(), "{\"amount_cents\":1000}");
    var metadata =
        TestingStripe.metadata(stripe.asked("/v1/checkout/sessions").getLast(), "metadata");
    TestingStripe.send(
        real,
        TestingStripe.event(
            "payment_intent.succeeded",
            """
            {"id":"pi_%s","amount_received":1000,"currency":"usd","customer":"cus_%s",%s"metadata":%s}
            """
                .formatted(
                    metadata.get("pennyworth_payment"),
                    team.id(),
                    card.isEmpty()
                        ? ""
                        : "\"payment_method\":\"%s\",\"setup_future_usage\":\"off_session\","
                            .formatted(card),
                    TestingStripe.json(metadata))));
    return team;
  }

  private static List<TestingStripe.Asked> charges(TestingTeam team) {
    return stripe.asked("/v1/payment_intents").stream()
        .filter(asked -> asked.method().equals("POST"))
        .filter(asked -> team.id().toString().equals(asked.form().get("metadata[pennyworth_team]")))
        .toList();
  }

  private static String settings(long threshold, long amount, long ceiling) {
    return "{\"enabled\":true,\"threshold_cents\":%d,\"amount_cents\":%d,\"monthly_ceiling_cents\":%d}"
        .formatted(threshold, amount, ceiling);
  }

  private static TestingAnswer put(TestingServer server, TestingTeam team, String body) {
    return server.put("/api/balance/auto-reload", team.accessToken(), body);
  }

  private static long balance(TestingServer server, TestingTeam team) {
    return server.get("/api/balance", team.accessToken()).json().path("balance_cents").asLong();
  }

  private static boolean isOn(TestingServer server, TestingTeam team) {
    return server
        .get("/api/balance", team.accessToken())
        .json()
        .at("/auto_reload/enabled")
        .booleanValue();
  }

  private static String intentOf(TestingTeam team) {
    return String.join(
        "",
        rows(
            real,
            team,
            "SELECT coalesce(intent_id, '') FROM payment WHERE team_id = ? AND purpose = 'auto_reload'"));
  }

  private static List<String> events(TestingServer server, TestingTeam team) {
    return rows(
        server,
        team,
        "SELECT type FROM event WHERE team_id = ? AND type LIKE 'auto_reload%' ORDER BY created_at");
  }

  private static List<String> eventData(TestingServer server, TestingTeam team) {
    return rows(server, team, "SELECT data::text FROM event WHERE team_id = ?");
  }

  private static List<String> rows(TestingServer server, TestingTeam team, String sql) {
    return Jdbi.create(server.database().dataSource())
        .withHandle(
            handle -> handle.createQuery(sql).bind(0, team.id().uuid()).mapTo(String.class).list());
  }

  private static void assertProven(TestingServer server, TestingTeam team) {
    var proof = server.get("/api/ledger/verify", team.accessToken());
    assertThat(proof.json().path("ok").booleanValue()).as(proof.text()).isTrue();
  }
}
