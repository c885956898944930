package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The pages about money show what the API says, and refuse what it refuses.
final class MoneyPagesTest {
  private static TestingServer server;
  private static TestingTeam team;
  private static TestingBot bot;
  private static TestingBrowser browser;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    team = server.register();
    bot = TestingBot.draft(server, team, "\"name\":\"Ada\"");
    server.post("/api/bots/" + bot.id() + "/test", team.accessToken(), "{\"message\":\"Hi\"}");
    browser = TestingBrowser.signedIn(server, team);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theLedgerShowsTheRowsOfTheApiExactlyAndLinksTheirReceipts() {
    var row = server.get("/api/ledger?kind=charge", team.accessToken()).json().at("/entries/0");

    var page = browser.get("/dashboard/ledger").text();

    assertThat(page)
        .contains("Free credit", "+$5.00", "Charge · Ada")
        .contains("/turns/" + row.path("turn_id").textValue())
        .contains("title=\"" + row.path("hash").textValue())
        .contains(dollars(row.path("amount_cents").decimalValue().negate()));
  }

  @Test
  void theLedgersFiltersLeaveWhatFitsAndAWrongOneIsNamedAtItsField() {
    var charges = browser.get("/dashboard/ledger?from=&to=&bot_id=" + bot.id() + "&kind=charge");
    assertThat(charges.text()).contains("Charge · Ada").doesNotContain("+$5.00");

    var wrong = browser.get("/dashboard/ledger?from=yesterday");

    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text()).contains("id=\"f-from-error\">This must be a time");
  }

  @Test
  void theLedgersFileIsTheApisFile() {
    var file = browser.get("/dashboard/ledger.csv?kind=charge");

    var api =
        server.get("/api/ledger?kind=charge", team.accessToken(), "Accept", "text/csv").text();
    assertThat(file.header("Content-Type").orElseThrow()).startsWith("text/csv");
    assertThat(file.header("Content-Disposition").orElseThrow()).contains("ledger.csv");
    assertThat(file.text()).isEqualTo(api);
  }

  @Test
  void theBooksAreVerifiedInASentence() {
    assertThat(browser.get("/dashboard/ledger?verify=yes").text()).contains("The books add up.");
  }

  @Test
  void anotherTeamsBotIsNoFilter() {
    var other = TestingBrowser.signedIn(server, server.register());

    assertThat(other.get("/dashboard/ledger?bot_id=" + bot.id()).status()).isEqualTo(404);
    assertThat(other.get("/dashboard/ledger.csv?bot_id=" + bot.id()).status()).isEqualTo(404);
  }

  @Test
  void aDepositLeadsToTheCheckoutAndBackAndIsInTheWallet() {
    var payer = server.register();
    var own = TestingBrowser.signedIn(server, payer);
    assertThat(own.get("/dashboard/billing").text()).contains("This is the sandbox");

    var answer = own.post("/dashboard/billing/deposit", "amount_cents", "20.00");

    var checkout = answer.header("Location").orElseThrow();
    assertThat(answer.status()).isEqualTo(303);
    assertThat(checkout).startsWith("/checkout/");
    var paid =
        server.send(
            HttpRequest.newBuilder(server.address().resolve(checkout))
                .POST(BodyPublishers.noBody())
                .build());
    assertThat(paid.text()).contains("Paid.", "href=\"/dashboard/billing\"");
    assertThat(own.get("/dashboard/billing").text()).contains("$25.00 exactly");
  }

  @Test
  void aDepositThatIsTooSmallIsRefusedAtItsFieldInDollars() {
    var answer = browser.post("/dashboard/billing/deposit", "amount_cents", "3");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains("This must be an amount from $5.00 to $500.00.", "value=\"3\"")
        .contains("id=\"deposit-amount_cents-error\"");
  }

  @Test
  void autoReloadIsSavedAsTheApiSavesItAndRefusedAtItsField() {
    var answer =
        browser.post(
            "/dashboard/billing/auto-reload",
            "enabled",
            "on",
            "threshold_cents",
            "2",
            "amount_cents",
            "10",
            "monthly_ceiling_cents",
            "5");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text()).contains("This must be at least $10.00.");

    var saved =
        browser.post(
            "/dashboard/billing/auto-reload",
            "enabled",
            "on",
            "threshold_cents",
            "2",
            "amount_cents",
            "10",
            "monthly_ceiling_cents",
            "50");

    assertThat(saved.status()).as(saved.text()).isEqualTo(303);
    var reload = server.get("/api/balance", team.accessToken()).json().path("auto_reload");
    assertThat(reload.path("enabled").booleanValue()).isTrue();
    assertThat(reload.path("monthly_ceiling_cents").decimalValue()).isEqualByComparingTo("5000");
    assertThat(browser.follow(saved).text()).contains("value=\"50.00\"", "Saved.");
  }

  @Test
  void limitsOfTheFormAreLimitsOfTheApi() {
    var payer = server.register();
    var own = TestingBrowser.signedIn(server, payer);

    var answer =
        own.post(
            "/dashboard/billing/limits",
            "monthly_limit_cents",
            "12.50",
            "overage_ceiling_cents",
            "",
            "alert_percents",
            "90, 25");

    assertThat(answer.status()).as(answer.text()).isEqualTo(303);
    var limits = server.get("/api/billing", payer.accessToken()).json().path("limits");
    assertThat(limits.path("monthly_limit_cents").decimalValue()).isEqualByComparingTo("1250");
    assertThat(limits.path("alert_percents").toString()).isEqualTo("[25,90]");
    assertThat(own.follow(answer).text()).contains("value=\"12.50\"", "value=\"25, 90\"", "Saved.");

    var wrong = own.post("/dashboard/billing/limits", "alert_percents", "half");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text()).contains("id=\"f-alert_percents-error\"");
  }

  @Test
  void aPlanThatTheWalletCannotPaySaysWhatIsMissingAndOffersToTopItUp() {
    var own = TestingBrowser.signedIn(server, server.register());

    var answer = own.post("/dashboard/billing/plan", "plan", "pro");

    assertThat(answer.status()).isEqualTo(402);
    assertThat(answer.text())
        .contains("The plan costs $149.00 a month and the wallet has $5.00 available")
        .contains("/dashboard/billing?amount=144.00#top-up");
    assertThat(own.get("/dashboard/billing?amount=144.00").text()).contains("value=\"144.00\"");
  }

  @Test
  void usageShowsTheGroupsOfTheApiWithATableBehindEachChart() {
    var total = server.get("/api/usage", team.accessToken()).json().path("total");

    var page = browser.get("/dashboard/usage?group_by=model").text();

    assertThat(page)
        .contains("title=\"" + dollars(total.path("cost_cents").decimalValue()) + " exactly\"")
        .contains("Spend per day by model", "Tokens per day", "Time to the answer", "As a table")
        .contains("data-chart=", "/usage.csv?group_by=model");
    assertThat(browser.get("/dashboard/usage.csv?group_by=model").text()).contains("model");
    assertThat(browser.get("/dashboard/usage?group_by=weather").status()).isEqualTo(422);
    assertThat(browser.get("/dashboard/usage?from=1999-01-01&to=2020-01-01").status())
        .isEqualTo(422);
  }

  @Test
  void theCalculatorSaysWhatTheApiEstimates() {
    var api =
        server
            .post(
                "/api/estimate",
                team.accessToken(),
                "{\"llm_provider\":\"anthropic\",\"llm_model\":\"claude-sonnet-4-6\",\"messages_per_day\":200}")
            .json()
            .at("/expected/per_month/cost_cents")
            .decimalValue();

    var page =
        browser.get("/dashboard/models?llm_model=anthropic/claude-sonnet-4-6&messages_per_day=200");

    assertThat(page.text()).contains("title=\"" + dollars(api) + " exactly\"", "Expected");
    var wrong = browser.get("/dashboard/models?llm_model=&messages_per_day=0");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text()).contains("This is required.");
  }

  /// Cents as the pages write them where they are exact.
  private static String dollars(BigDecimal cents) {
    var dollars = cents.movePointLeft(2).stripTrailingZeros();
    return "$" + (dollars.scale() < 2 ? dollars.setScale(2) : dollars).toPlainString();
  }
}
