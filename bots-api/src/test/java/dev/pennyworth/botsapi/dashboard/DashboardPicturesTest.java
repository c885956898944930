package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingChromium;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every page at the width of a desk and of a phone, light and dark. The pictures are in
/// `target/screenshots`, to be looked at.
final class DashboardPicturesTest {
  private static final long BYTES_MAX = 200_000;
  private static final String NOBODYS = "/dashboard/bots/nobodys";

  private static TestingServer server;
  private static TestingChromium browser;
  private static TestingTeam team;
  private static Map<String, String> pages;

  @BeforeAll
  static void start() {
    browser = TestingChromium.start();
    server = TestingServer.start();
    team = server.register();
    pages = pages();
  }

  @AfterAll
  static void stop() {
    server.close();
    browser.close();
  }

  /// A team with something on each page, and where its pages are.
  private static Map<String, String> pages() {
    var bot = TestingBot.active(server, team, "\"on_limit\": \"park\", \"name\": \"Shop helper\"");
    bot.test("When do you open?");
    var turn = bot.test("/tool current_time {}").json().path("turn_id").textValue();
    var parking =
        TestingBot.active(
            server,
            team,
            "\"on_limit\": \"park\", \"spending_cap_cents\": 0, \"name\": \"Waiting bot\"");
    parking.test("Anybody?");
    var key = server.post("/api/keys", team.accessToken(), "{\"name\":\"CI\"}");
    assertThat(key.status()).isEqualTo(201);
    var pages = new LinkedHashMap<String, String>();
    for (var section : Section.values()) {
      pages.put(section.name().toLowerCase(Locale.ROOT), section.path());
    }
    pages.put("bot-new", "/dashboard/bots/new");
    for (var tab : BotTab.values()) {
      pages.put("bot-" + tab.word(), "/dashboard/bots/" + bot.id() + "/" + tab.word());
    }
    pages.put("bot-turn", "/dashboard/bots/" + bot.id() + "/turns/" + turn);
    pages.put("bot-parked", "/dashboard/bots/" + parking.id() + "/turns");
    pages.put("not-found", NOBODYS);
    return pages;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "desk-light, 1280, 900, LIGHT",
    "desk-dark, 1280, 900, DARK",
    "phone-light, 360, 740, LIGHT",
    "phone-dark, 360, 740, DARK"
  })
  void everyPageIsWithoutBarriersAndFitsTheScreen(
      String look, int width, int height, ColorScheme scheme) {
    var page = browser.visitor(server, width, height, scheme);
    var wrong = new ArrayList<String>();
    for (var name : List.of("register", "sign-in")) {
      look(page, look + "/" + name, "/dashboard/" + name, wrong);
    }
    signIn(page);
    pages.forEach((name, path) -> look(page, look + "/" + name, path, wrong));

    assertThat(wrong).isEmpty();
  }

  private static void signIn(Page page) {
    page.navigate("/dashboard/sign-in");
    page.getByLabel("E-mail").fill(team.email());
    page.getByLabel("Password").fill(TestingTeam.PASSWORD);
    page.locator("main form button").click();
    page.waitForURL("**/dashboard");
  }

  private static void look(Page page, String name, String path, List<String> wrong) {
    var answer = page.navigate(path);
    if (answer.status() != (path.equals(NOBODYS) ? 404 : 200)) {
      wrong.add(name + ": status " + answer.status());
    }
    TestingChromium.picture(page, name);
    if (name.startsWith("desk")) { // a phone gets the same document and the same colours
      TestingChromium.barriers(page).forEach(barrier -> wrong.add(name + ": " + barrier));
    }
    boolean isWider =
        Boolean.TRUE.equals(
            page.evaluate(
                "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"));
    if (isWider) {
      wrong.add(name + ": is wider than the screen");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"/dashboard", "/dashboard/ledger", "/dashboard/models"})
  void aPageIsLight(String path) {
    var page = browser.visitor(server);
    signIn(page);
    var visit = browser.withoutCache(server, page);
    var bytes = new AtomicLong();
    visit.onRequestFinished(request -> bytes.addAndGet((long) request.sizes().responseBodySize));

    visit.navigate(path);

    assertThat(bytes.get()).as("bytes on the wire").isBetween(1_000L, BYTES_MAX);
  }
}
