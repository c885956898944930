package dev.pennyworth.botsapi.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A bot's life in a browser without JavaScript.
final class BotPagesTest {
  private static final List<String> TABS =
      List.of(
          "chat", "settings", "limits", "platform", "tools", "conversations", "turns", "analytics");

  private static TestingServer server;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aNewcomerMakesABotTalksToItAndSeesWhatItCost() {
    var browser = TestingBrowser.signedIn(server, server.register());
    assertThat(browser.get("/dashboard/bots/new").text())
        .contains("value=\"builtin/pennyworth-mini\" checked", "$0.15", "needs a key");

    var made = make(browser, "Ada", "2.00");
    var chat = browser.follow(made).text();
    assertThat(chat).contains("Your bot is ready", "Say something to Ada");

    var path = made.header("Location").orElseThrow().replaceFirst("[?].*", "");
    var said = browser.post(path, "message", "Hello <b>you</b>");

    assertThat(said.status()).as(said.text()).isEqualTo(303);
    assertThat(browser.get(path).text())
        .contains("Hello &lt;b&gt;you&lt;/b&gt;", "billed", "pennyworth-mini", "1 step")
        .containsPattern("title=\"\\$4\\.99\\d+ exactly\"");
  }

  @Test
  void whatIsWrongWithANewBotStandsAtItsFieldAndKeepsWhatWasWritten() {
    var browser = TestingBrowser.signedIn(server, server.register());

    var answer =
        browser.post(
            "/dashboard/bots/new",
            "name",
            "",
            "system_prompt",
            "Be <brief>.",
            "model",
            "builtin/pennyworth-mini",
            "platform",
            "custom",
            "spending_cap_cents",
            "2.00",
            "on_limit",
            "park");
    var money = make(browser, "Ada", "two");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains("id=\"f-name-error\">This is required.", "Be &lt;brief&gt;.");
    assertThat(money.status()).isEqualTo(422);
    assertThat(money.text())
        .contains("id=\"f-spending_cap_cents-error\">This must be an amount in US dollars");
  }

  private static TestingAnswer make(TestingBrowser browser, String name, String dollars) {
    return browser.post(
        "/dashboard/bots/new",
        "name",
        name,
        "system_prompt",
        "Be brief.",
        "model",
        "builtin/pennyworth-mini",
        "platform",
        "custom",
        "spending_cap_cents",
        dollars,
        "on_limit",
        "park");
  }

  @Test
  void settingsSaveWhatTheApiReads() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "\"llm_config\":{\"temperature\":0.5}");
    var browser = TestingBrowser.signedIn(server, team);
    var path = "/dashboard/bots/" + bot.id() + "/settings";
    assertThat(browser.get(path).text()).contains("value=\"0.5\"");

    var saved = browser.post(path, settings(bot, "llm_config.temperature", "0.7"));
    var refused = browser.post(path, settings(bot, "llm_config.temperature", "hot"));

    assertThat(saved.status()).as(saved.text()).isEqualTo(303);
    var read = server.get("/api/bots/" + bot.id(), team.accessToken()).json();
    assertThat(read.at("/llm_config/temperature").decimalValue()).isEqualByComparingTo("0.7");
    assertThat(read.path("name").textValue()).isEqualTo("Ada");
    assertThat(read.path("cost_users").toString()).isEqualTo("[\"u1\",\"u2\"]");
    assertThat(read.path("llm_api_key").isNull()).isTrue();
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text())
        .contains("id=\"f-llm_config-temperature-error\">This must be a number from 0 to 2.");
  }

  private static String[] settings(TestingBot bot, String field, String value) {
    var workspace =
        server.get("/api/bots/" + bot.id(), bot.team().accessToken()).json().path("workspace_id");
    return new String[] {
      "name",
      "Ada",
      "system_prompt",
      "Be brief.",
      "description",
      "",
      "workspace_id",
      workspace.textValue(),
      "llm_provider",
      "builtin",
      "llm_model",
      "pennyworth-mini",
      "llm_api_key",
      "",
      "cost_users",
      "u1\r\n u2 \r\n",
      "timezone",
      "UTC",
      field,
      value
    };
  }

  @ParameterizedTest
  @CsvSource({
    "telegram, bot_token webhook_secret, by polling",
    "discord, application_id public_key bot_token, Message Content Intent",
    "slack, bot_token signing_secret app_token, connections:write",
    "whatsapp, phone_number_id access_token verify_token app_secret business_account_id, Callback"
        + " URL"
  })
  void allThatAPlatformNeedsCanBePasted(String platform, String fields, String step) {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "\"platform\":\"%s\"".formatted(platform));
    var page =
        TestingBrowser.signedIn(server, team)
            .get("/dashboard/bots/" + bot.id() + "/platform")
            .text();

    for (var field : fields.split(" ", -1)) {
      assertThat(page).contains("name=\"platform_config." + field + "\"");
    }
    assertThat(page).contains(step);
  }

  @Test
  void theMessageOfThePageIsAnsweredAsItIsPasted() throws IOException {
    var team = server.register();
    var bot = TestingBot.active(server, team, "");
    var page =
        TestingBrowser.signedIn(server, team).get("/dashboard/bots/" + bot.id() + "/platform");
    var example = Pattern.compile("(?s)<pre class=\"paste\"[^>]*>(.*?)</pre>").matcher(page.text());
    assertThat(example.find()).isTrue();

    assertThat(pasted(example.group(1), bot.webhookSecret()))
        .contains("\"response\":", "“Hello”", "\"stop_reason\":\"completed\"");
  }

  /// What a shell prints, with the server's time.
  private static String pasted(String html, String secret) throws IOException {
    var lines =
        html.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
    var date = "date() { echo %d; }\n".formatted(server.clock().instant().getEpochSecond());
    var shell = new ProcessBuilder("sh", "-c", date + lines).redirectErrorStream(true);
    shell.environment().put("WEBHOOK_SECRET", secret);
    return new String(shell.start().getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void whatConnectorsSayNamesWhatIsOnThePage() {
    assertThat(
            PlatformWords.spoken(
                "Set platform_config.business_account_id; paste values.request_url and"
                    + " verify_token. It is not active: POST /api/bots/bt_1/activate."))
        .isEqualTo(
            "Set “WhatsApp Business Account ID”; paste “Request URL” and “Verify token”. It is not"
                + " active: press Activate.");
  }

  @Test
  void secretsAreTakenAndNeverShown() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "\"platform\":\"telegram\"");
    var browser = TestingBrowser.signedIn(server, team);
    var path = "/dashboard/bots/" + bot.id() + "/platform";
    assertThat(browser.get(path).text()).contains("@BotFather", "by polling");

    var saved = browser.post(path, "platform_config.bot_token", "123:very-secret");

    assertThat(saved.status()).isEqualTo(303);
    assertThat(browser.get(path).text()).contains("One is kept (").doesNotContain("very-secret");
    var activated = browser.post(path + "/activate").text();
    assertThat(activated).doesNotContain("very-secret", "Something went wrong");
  }

  @Test
  void aReachedCapIsASentenceWithARemedyAndRaisingItLetsTheTurnGoOn() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "\"spending_cap_cents\":0,\"on_limit\":\"park\"");
    var browser = TestingBrowser.signedIn(server, team);
    var path = "/dashboard/bots/" + bot.id();
    browser.post(path + "/chat", "message", "Hello");

    var home = browser.get("/dashboard").text();
    assertThat(home).contains("Waiting for you", "cap of $0.00 is reached", "Raise the cap");
    assertThat(home).contains(path + "/limits\">Raise the cap</a>", ">Resume</button>");

    var raised = browser.post(path + "/limits", "spending_cap_cents", "1.00", "on_limit", "park");
    assertThat(raised.status()).as(raised.text()).isEqualTo(303);
    var turn =
        server
            .get("/api/bots/" + bot.id() + "/turns", team.accessToken())
            .json()
            .at("/turns/0/id")
            .textValue();
    var resumed = browser.post(path + "/turns/" + turn + "/resume", "back", "/dashboard");

    // It may have gone on by itself, since there is room now.
    assertThat(resumed.status()).isIn(303, 409);
    assertThat(browser.get(path + "/turns/" + turn).text()).contains("Receipt", "Steps");
  }

  @Test
  void everyTabIsThereForItsRolesAndAnothersBotIsNotFound() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "");
    var owner = TestingBrowser.signedIn(server, team);
    var stranger = TestingBrowser.signedIn(server, server.register());

    for (var tab : TABS) {
      var path = "/dashboard/bots/" + bot.id() + "/" + tab;
      assertThat(owner.get(path).status()).as(tab).isEqualTo(200);
      var hidden = stranger.get(path);
      assertThat(hidden.status()).as(tab).isEqualTo(404);
      assertThat(hidden.text()).contains("There is nothing here");
    }
  }

  @Test
  void aViewerSeesNoButtonThatHeMayNotUse() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "");
    var member = TestingMember.of(server, team, "viewer");
    var browser = TestingBrowser.signedIn(server, member.own()).lookingAt(team);
    var path = "/dashboard/bots/" + bot.id();

    for (var page : List.of("/dashboard/bots", path + "/settings", path + "/limits")) {
      var main = browser.get(page).text().replaceFirst("(?s).*<main", "");
      assertThat(main).as(page).doesNotContain("<button", "New bot", "/platform\"");
    }
    assertThat(browser.post(path + "/limits", "spending_cap_cents", "9").status()).isEqualTo(403);
    assertThat(browser.post(path + "/delete").status()).isEqualTo(403);
  }

  @Test
  void toolsAreAddedSwitchedPricedAndRemoved() {
    var team = server.register();
    var browser = TestingBrowser.signedIn(server, team);
    var workspace =
        server.get("/api/workspaces", team.accessToken()).json().at("/workspaces/0/id").textValue();
    var path = "/dashboard/tools/" + workspace;

    var added = add(browser, path, "{\"type\":\"object\"}");
    var wrong = add(browser, path, "{");

    assertThat(added.status()).as(added.text()).isEqualTo(303);
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.text()).contains("id=\"f-parameters-error\">This must be JSON.");
    assertThat(wrong.text()).contains("find_order").doesNotContain("Bearer s3cret");
    var tool = tool(team, workspace);
    browser.post(path + "/http/" + tool.path("id").textValue(), "price_cents", "0.05");
    assertThat(tool(team, workspace).path("enabled").booleanValue()).isFalse();
    assertThat(tool(team, workspace).path("price_cents").decimalValue()).isEqualByComparingTo("5");
    browser.post(path + "/http/" + tool.path("id").textValue() + "/delete");
    assertThat(browser.get(path).text()).contains("No tool yet");
  }

  private static TestingAnswer add(TestingBrowser browser, String path, String parameters) {
    return browser.post(
        path + "/http",
        "name",
        "find_order",
        "description",
        "Finds an order.",
        "method",
        "GET",
        "url",
        "https://192.0.43.8/orders",
        "parameters",
        parameters,
        "header_name",
        "Authorization",
        "header_value",
        "Bearer s3cret",
        "price_cents",
        "");
  }

  private static JsonNode tool(TestingTeam team, String workspace) {
    return server
        .get("/api/workspaces/" + workspace + "/tools", team.accessToken())
        .json()
        .at("/tools/0");
  }
}
