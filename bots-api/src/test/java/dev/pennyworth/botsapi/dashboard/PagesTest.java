package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingServer;
import java.net.http.HttpRequest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What every page has in common.
final class PagesTest {
  private static final Pattern ASSET = Pattern.compile("(?:href|src)=\"(/assets/[^\"]+)\"");

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
  void aBrowserAtTheRootIsLedToTheDashboardAndAProgramIsNot() {
    var browser = new TestingBrowser(server).get("/");
    var program = server.get("/", "");

    assertThat(browser.status()).isEqualTo(303);
    assertThat(browser.header("Location")).contains("/dashboard");
    assertThat(program.status()).isEqualTo(404);
    assertThat(program.errorCode()).isEqualTo("not_found");
  }

  @Test
  void nothingRunsOnAPageButOurOwnFiles() {
    var browser = TestingBrowser.signedIn(server, server.register());

    for (var path : new String[] {"/dashboard", "/dashboard/sign-in?x", "/dashboard/no-such"}) {
      var answer = browser.get(path);

      assertThat(answer.header("Content-Security-Policy").orElseThrow())
          .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
          .contains("frame-ancestors 'none'", "base-uri 'none'")
          .doesNotContain("unsafe");
      assertThat(answer.header("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.header("Referrer-Policy")).contains("same-origin");
      assertThat(answer.header("Cache-Control")).contains("no-store");
      assertThat(answer.text()).doesNotContain("<style", " style=\"", " onclick=", "javascript:");
    }
  }

  @Test
  void filesOfAPageAreKeptForEverAndComeCompressed() {
    var page = new TestingBrowser(server).get("/dashboard/sign-in");
    var assets = ASSET.matcher(page.text()).results().map(it -> it.group(1)).toList();

    assertThat(assets).hasSizeGreaterThan(3);
    for (var asset : assets) {
      var answer =
          server.send(
              HttpRequest.newBuilder(server.address().resolve(asset))
                  .header("Accept-Encoding", "gzip")
                  .build());
      assertThat(answer.status()).as(asset).isEqualTo(200);
      assertThat(answer.header("Cache-Control")).contains("public, max-age=31536000, immutable");
      assertThat(answer.header("Content-Encoding")).contains("gzip");
    }
    var changed = assets.getFirst().replaceFirst("/assets/[0-9a-f]+/", "/assets/000000000000/");
    assertThat(server.get(changed, "").status()).isEqualTo(404);
  }

  @Test
  void whatIsNotThereIsAPageThatSaysSo() {
    var browser = TestingBrowser.signedIn(server, server.register());

    var answer = browser.get("/dashboard/no-such-page");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("text/html");
    assertThat(answer.text()).contains("There is nothing here", "Go to the first page");
  }

  @Test
  void theThemeIsKeptInACookie() {
    var browser = TestingBrowser.signedIn(server, server.register());
    assertThat(browser.get("/dashboard").text()).contains("data-theme=\"auto\"");

    var answer = browser.post("/dashboard/theme", "theme", "dark", "back", "/dashboard");

    assertThat(browser.follow(answer).text()).contains("data-theme=\"dark\"");
    browser.post("/dashboard/theme", "theme", "\"><script>", "back", "/dashboard");
    assertThat(browser.get("/dashboard").text()).contains("data-theme=\"auto\"");
  }

  @Test
  void theFirstPageShowsMoneyWithItsUnitAndWhatIsHeldApart() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "\"name\":\"Ada <b>\",\"spending_cap_cents\":100");
    var browser = TestingBrowser.signedIn(server, team);
    server.post("/api/bots/" + bot.id() + "/test", team.accessToken(), "{\"message\":\"Hi\"}");

    var page = browser.get("/dashboard").text();

    assertThat(page).contains("Ada &lt;b&gt;", "Held", "Spent today", "lifetime");
    assertThat(page).containsPattern("title=\"\\$0\\.00\\d{4,7} exactly\">\\$0\\.000\\d");
    assertThat(page).doesNotContainPattern("\\dE-?\\d");
  }
}
