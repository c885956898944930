package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Money comes in through the sandbox's checkout, once.
final class DepositTest {
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
    team = server.register();
  }

  @Test
  void aDepositIsOpenAndCreditsNothingUntilItIsPaid() {
    var deposit = deposit("1000");

    assertThat(deposit.status()).isEqualTo(200);
    assertThat(deposit.json().path("status").textValue()).isEqualTo("open");
    assertWallet("500", "0");
  }

  @Test
  void theCheckoutIsAPageWithOneFormThatPaysWhenItIsSent() {
    var checkout = checkout("1234.5");

    var page = server.send(HttpRequest.newBuilder(checkout).build());

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("Content-Type")).get().asString().startsWith("text/html");
    assertThat(Pattern.compile("<form\\b").matcher(page.text()).results()).hasSize(1);
    assertThat(page.text())
        .contains("<form method=\"post\">")
        .contains("type=\"submit\"")
        .contains("1234.5")
        .contains("sandbox")
        .doesNotContain("action=");
    assertWallet("500", "0");
  }

  @Test
  void payingCreditsTheWallet() {
    var paid = pay(checkout("1234.5"));

    assertThat(paid.status()).isEqualTo(200);
    assertThat(paid.text()).contains("Paid").doesNotContain("<form");
    assertWallet("1734.5", "1234.5");
  }

  @Test
  void theLedgerSaysWhatTheWalletSays() {
    pay(checkout("700"));

    var entries = server.get("/api/ledger", team.accessToken()).json().path("entries");

    assertThat(entries.findValuesAsText("kind")).containsExactly("deposit", "free_credit");
    assertThat(entries.findValuesAsText("amount_cents")).containsExactly("700", "500");
    assertThat(entries.findValuesAsText("balance_after_cents")).containsExactly("1200", "500");
    assertProven();
  }

  @Test
  void payingTwiceCreditsOnce() {
    var checkout = checkout("500");

    pay(checkout);
    var again = pay(checkout);

    assertThat(again.status()).isEqualTo(200);
    assertWallet("1000", "500");
  }

  @Test
  void payingTenTimesAtOnceCreditsOnce() {
    var checkout = checkout("500");

    var answers = TestingCrowd.atOnce(10, _ -> pay(checkout));

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(200);
    assertWallet("1000", "500");
    assertThat(server.get("/api/ledger?kind=deposit", team.accessToken()).json().path("entries"))
        .hasSize(1);
    assertProven();
  }

  @Test
  void tenDepositsPaidAtOnceAreAllCredited() {
    var checkouts = TestingCrowd.atOnce(10, _ -> checkout("500"));

    TestingCrowd.atOnce(10, n -> pay(checkouts.get(n)));

    assertThat(checkouts).doesNotHaveDuplicates();
    assertWallet("5500", "5000");
    assertProven();
  }

  @Test
  void aPaidPageShowsThatItIsPaidAndHasNoForm() {
    var checkout = checkout("500");
    pay(checkout);

    var page = server.send(HttpRequest.newBuilder(checkout).build());

    assertThat(page.text()).contains("Paid").doesNotContain("<form");
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "50000", "500.0000001", "5e2"})
  void anAmountFromFiveToFiveHundredDollarsIsTaken(String amount) {
    assertThat(deposit(amount).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "499.9999999",
        "50000.0000001",
        "0",
        "-500",
        "500.00000001",
        "\"500\"",
        "null",
        "true",
        "[]"
      })
  void anyOtherAmountIsRefused(String amount) {
    var refused = deposit(amount);

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo("amount_cents");
    assertWallet("500", "0");
  }

  @Test
  void theSameKeyOpensOnePayment() {
    var answers =
        TestingCrowd.atOnce(
            5,
            _ ->
                server.post(
                    "/api/balance/deposit",
                    team.accessToken(),
                    "{\"amount_cents\":500}",
                    "Idempotency-Key",
                    "once"));

    assertThat(answers).extracting(TestingAnswer::text).containsOnly(answers.getFirst().text());
    for (var answer : answers) {
      pay(URI.create(answer.json().path("checkout_url").textValue()));
    }
    assertWallet("1000", "500");
  }

  @Test
  void aPaymentIsFoundUnderItsOwnTeamOnly() {
    var checkout = checkout("500");
    var elsewhere = checkout.toString().replace(team.id().toString(), server.register().id() + "");

    assertThat(pay(URI.create(elsewhere)).status()).isEqualTo(404);
    assertWallet("500", "0");
  }

  @Test
  void anUnknownPaymentIsNotFound() {
    var base = server.address() + "/checkout/" + team.id() + "/";

    assertThat(pay(URI.create(base + UUID.randomUUID())).status()).isEqualTo(404);
    assertThat(pay(URI.create(base + "1-1-1-1-1")).status()).isEqualTo(404);
    assertThat(pay(URI.create(base + "nothing")).status()).isEqualTo(404);
  }

  @Test
  void aBotThatRanOutOfMoneyAnswersAgainAfterADeposit() {
    provider.reply(TestingOpenAiServer.completion("Dear words.", 485, 200_000));
    var bot =
        TestingBot.draft(
            server,
            team,
            "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o\",\"max_tokens_per_turn\":200000");
    for (int i = 0; i < 3; i++) {
      bot.test("Hello?");
    }

    var refused = bot.test("Hello?").json();
    pay(checkout("500"));
    var answered = bot.test("Hello?").json();

    assertThat(refused.path("stop_reason").textValue()).isEqualTo("insufficient_balance");
    assertThat(refused.path("response").textValue())
        .isEqualTo("Bot has reached its spending limit.");
    assertThat(refused.at("/details/scope").textValue()).isEqualTo("wallet");
    assertThat(answered.path("response").textValue()).isEqualTo("Dear words.");
    assertProven();
  }

  private TestingAnswer deposit(String amount) {
    return server.post(
        "/api/balance/deposit", team.accessToken(), "{\"amount_cents\":" + amount + "}");
  }

  private URI checkout(String amount) {
    return URI.create(deposit(amount).json().path("checkout_url").textValue());
  }

  /// As a browser sends the form.
  private static TestingAnswer pay(URI checkout) {
    return server.send(
        HttpRequest.newBuilder(checkout)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.noBody())
            .build());
  }

  private void assertWallet(String balance, String deposited) {
    assertThat(server.get("/api/balance", team.accessToken()).text())
        .contains("\"balance_cents\":" + balance + ",")
        .contains("\"available_cents\":" + balance + ",")
        .contains("\"lifetime_deposited_cents\":" + deposited + ",");
  }

  private void assertProven() {
    assertThat(
            server.get("/api/ledger/verify", team.accessToken()).json().path("ok").booleanValue())
        .isTrue();
  }
}
