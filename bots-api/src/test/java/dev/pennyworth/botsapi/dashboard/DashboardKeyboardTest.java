package dev.pennyworth.botsapi.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingChromium;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// An owner without a mouse: every step is a key, and wherever he stands is seen.
@ExtendWith(TestingChromium.IsThere.class)
final class DashboardKeyboardTest {
  private static final int KEYS_MAX = 80;

  /// The name of what has the focus, and what is wrong with how that shows.
  private static final String FOCUS =
      """
      () => {
        const it = document.activeElement;
        if (!it || it === document.body) return ["", "nothing has the focus"];
        const name = it.getAttribute("aria-label") || it.labels?.[0]?.innerText || it.innerText || it.id;
        const style = getComputedStyle(it);
        const box = it.getBoundingClientRect();
        const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        const isInView = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        return [name.trim(), isSeen ? (isInView ? "" : "is out of view") : "has no outline"];
      }
      """;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static TestingChromium browser;

  private final List<String> wrong = new ArrayList<>();
  private Page page;
  private TestingTeam team;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    browser = TestingChromium.start();
    provider = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of("OPENAI_BASE_URL", provider.baseUrl().toString(), "OPENAI_API_KEY", "sk"));
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
    browser.close();
  }

  @BeforeEach
  void signIn() {
    team = server.register();
    bot =
        TestingBot.active(
            server,
            team,
            "\"name\":\"Shop helper\",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"");
    page = browser.visitor(server);
    page.navigate("/dashboard/sign-in");
    if (!focus().startsWith("E-mail")) {
      tabTo("E-mail");
    }
    page.keyboard().type(team.email());
    tabTo("Password");
    page.keyboard().type(TestingTeam.PASSWORD);
    press("Enter");
    page.waitForURL("**/dashboard");
  }

  @Test
  void fromTheFirstPageToALimit() {
    press("Tab");
    assertThat(focus()).isEqualTo("Skip to the content");
    press("Enter");
    assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("main");
    press("Tab");
    assertThat(focus()).isEqualTo("New bot");
    tabTo("Shop helper");
    press("Enter");
    page.waitForURL("**/chat");

    tabTo("Message");
    page.keyboard().type("When do you open?");
    press("Enter");
    assertThat(page.locator("#last .receipt")).isVisible();
    assertThat(page.evaluate("() => document.activeElement.id"))
        .as("whoever has asked can ask again")
        .isEqualTo("message");
    backTo("billed");
    press("Enter");
    assertThat(page.locator("#last .receipt[open]")).isVisible();
    backTo("Limits");
    press("Enter");
    page.waitForURL("**/limits");

    tabTo("In all");
    page.keyboard().type("3.50");
    tabTo("At a limit");
    press("ArrowDown");
    tabTo("Save");
    press("Space");
    assertThat(page.locator("[role=status]")).containsText("Saved.");
    assertThat(bot.get("").json().path("spending_cap_cents").intValue()).isEqualTo(350);
    assertThat(wrong).isEmpty();
  }

  @Test
  void menusOpenAndCloseAndGiveTheFocusBack() {
    tabTo("Account");
    press("Space");
    assertThat(page.locator("#theme")).isVisible();
    tabTo("Theme");
    press("Escape");
    assertThat(page.locator("#theme")).isHidden();
    assertThat(focus()).isEqualTo("Account");

    page.navigate("/dashboard/bots/" + bot.id() + "/settings");
    tabTo("Delete this bot");
    press("Enter");
    var sure = page.locator(".confirm .sure");
    assertThat(sure).isVisible();
    tabTo("Delete Shop helper");
    press("Escape");
    assertThat(sure).isHidden();
    assertThat(focus()).startsWith("Delete this bot");
    assertThat(bot.get("").status()).isEqualTo(200);
    assertThat(wrong).isEmpty();
  }

  @Test
  void aFirstBotIsMadeWithItsModelChosenByArrows() {
    tabTo("New bot");
    press("Enter");
    page.waitForURL("**/bots/new");
    if (!focus().startsWith("What is it called")) {
      tabTo("What is it called");
    }
    page.keyboard().type("Night porter");
    tabTo("What should it do");
    page.keyboard().type("Say good night.");
    press("Tab");
    while (!Boolean.TRUE.equals(
        page.evaluate("() => document.activeElement.matches('input[type=radio]')"))) {
      press("Tab");
    }
    var chosen = page.evaluate("() => document.activeElement.value");
    press("ArrowDown");
    assertThat(page.evaluate("() => document.activeElement.value")).isNotEqualTo(chosen);
    assertThat(page.evaluate("() => document.activeElement.checked")).isEqualTo(true);
    tabTo("Make the bot");
    press("Enter");
    page.waitForURL("**/chat**");
    assertThat(page.locator("h1")).hasText("Night porter");
    assertThat(wrong).isEmpty();
  }

  private void tabTo(String name) {
    to("Tab", name);
  }

  private void backTo(String name) {
    to("Shift+Tab", name);
  }

  /// Presses a key until what has such a name has the focus.
  private void to(String key, String name) {
    for (int i = 0; i < KEYS_MAX; i++) {
      press(key);
      if (focus().contains(name)) {
        return;
      }
    }
    throw new AssertionError(name + " is not reached on " + page.url());
  }

  private void press(String key) {
    page.keyboard().press(key);
    if (key.endsWith("Tab")) {
      var problem = at(1);
      if (!problem.isEmpty()) {
        wrong.add(page.url() + " " + focus() + ": " + problem);
      }
    }
  }

  private String focus() {
    return at(0);
  }

  private String at(int index) {
    return String.valueOf(((List<?>) page.evaluate(FOCUS)).get(index));
  }
}
