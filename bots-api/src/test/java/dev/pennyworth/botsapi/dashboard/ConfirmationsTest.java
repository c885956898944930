package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingRoutes;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What cannot be undone is never one press away: its button is behind another one, with a sentence
/// that says what will happen.
final class ConfirmationsTest {
  private static final String ENDS = "/(?:delete|withdraw|remove|erase-person|webhook-secret)";
  private static final Pattern FORM =
      Pattern.compile("<form [^>]*action=\"(/dashboard/[^\"]+" + ENDS + ")\"");
  private static final Pattern CONFIRMED =
      Pattern.compile(
          "<details class=\"confirm\">\\s*<summary[^>]*>[^<]+<span[^>]*>[^<]*</span></summary>\\s*"
              + "<form method=\"post\" action=\"(/dashboard/[^\"]+"
              + ENDS
              + ")\" class=\"confirm-body\">\\s*<input type=\"hidden\" name=\"form_token\"[^>]*>\\s*"
              + "<p>[^<]{20,}</p>\\s*<button class=\"button sure");

  private static TestingServer server;
  private static TestingTeam team;
  private static TestingBrowser browser;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    team = server.register();
    browser = TestingBrowser.signedIn(server, team);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void whatCannotBeUndoneIsAskedTwice() {
    var actions = new ArrayList<String>();
    for (var path : pages()) {
      var page = browser.get(path).text();
      var all = found(FORM, page);
      assertThat(found(CONFIRMED, page)).as(path).isEqualTo(all);
      actions.addAll(all);
    }

    var routes =
        TestingRoutes.all(server).stream()
            .filter(route -> route.method().equals("POST"))
            .map(route -> route.template().replaceAll("\\{[^}]*}", "{}"))
            .filter(path -> path.matches("/dashboard/.*" + ENDS))
            .toList();
    assertThat(actions.stream().map(it -> it.replaceAll("[a-z]+_[0-9a-f]{8,}|[0-9a-f-]{36}", "{}")))
        .as("no page has a button for a route that is not here")
        .containsAll(routes);
  }

  /// Those with such a button.
  private static List<String> pages() {
    var bot = TestingBot.active(server, team, "");
    bot.say("ada", "e1", "Hello?");
    TestingMember.of(server, team, "viewer");
    make("/api/keys", "{\"name\":\"till\"}");
    var endpoint = make("/api/webhook-endpoints", "{\"url\":\"https://192.0.43.8/in\"}");
    var workspace = make("/api/workspaces", "{\"name\":\"Back office\"}");
    var path = "/api/workspaces/" + workspace;
    make(path + "/tools", "{\"name\":\"look\",\"url\":\"https://192.0.43.8/look\"}");
    make(path + "/mcp-servers", "{\"name\":\"stock\",\"url\":\"https://192.0.43.8/mcp\"}");
    var below = "/dashboard/bots/" + bot.id();
    return List.of(
        "/dashboard/keys",
        "/dashboard/team",
        "/dashboard/webhooks/" + endpoint,
        "/dashboard/tools/" + workspace,
        below + "/settings",
        below + "/platform",
        below + "/conversations/" + conversation(bot));
  }

  private static String conversation(TestingBot bot) {
    return bot.get("/conversations").json().at("/conversations/0/id").textValue();
  }

  private static String make(String path, String json) {
    var made = server.post(path, team.accessToken(), json);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return made.json().path("id").textValue();
  }

  private static List<String> found(Pattern pattern, String page) {
    return pattern.matcher(page).results().map(it -> it.group(1)).toList();
  }

  @Test
  void aPersonIsErasedFromHisConversation() {
    var bot = TestingBot.active(server, team, "");
    bot.say("grace", "e1", "My number is 555-0199.");
    var path = "/dashboard/bots/" + bot.id() + "/conversations/" + conversation(bot);
    assertThat(browser.get(path).text()).contains("555-0199", "Erase this person");

    var answer = browser.post(path + "/erase-person");

    assertThat(browser.follow(answer).text()).contains("Erased.").doesNotContain("grace");
    assertThat(browser.get(path).text()).doesNotContain("555-0199");
  }

  @Test
  void whoseMessageWaitsIsNotErased() {
    var bot = TestingBot.active(server, team, "\"spending_cap_cents\":0,\"on_limit\":\"park\"");
    bot.say("alan", "e1", "Keep this.");
    var path = "/dashboard/bots/" + bot.id() + "/conversations/" + conversation(bot);

    var answer = browser.post(path + "/erase-person");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.text()).contains("Keep this.", "let end first").doesNotContain("/api/");
  }
}
