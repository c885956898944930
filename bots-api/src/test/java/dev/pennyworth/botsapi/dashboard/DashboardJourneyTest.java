package dev.pennyworth.botsapi.dashboard;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingChromium;
import dev.pennyworth.botsapi.TestingServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Owners in a real browser, from the first page to the books.
@ExtendWith(TestingChromium.IsThere.class)
final class DashboardJourneyTest {
  private static final String PASSWORD = "a long and good password";

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static TestingChromium browser;

  @BeforeAll
  static void start() {
    browser = TestingChromium.start();
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
    browser.close();
  }

  @Test
  void fromTheFirstPageToTheBooks() throws IOException {
    var page = browser.visitor(server);
    register(page, "journey@example.com");
    var bot = makeBot(page, "Shop helper", "openai/o1");
    page.navigate(bot + "/settings");
    page.getByLabel("Tokens of an answer").fill("83000");
    page.getByText("Save").first().click();

    provider.reply(TestingOpenAiServer.completion("An expensive answer.", 485, 82_990));
    page.navigate(bot + "/chat");
    say(page, "What is dear?");
    assertThat(lastAnswer(page)).containsText("An expensive answer.");
    assertThat(lastAnswer(page)).containsText("$4.99");
    assertThat(page.locator("#wallet")).containsText("$0.01");

    provider.reply(TestingOpenAiServer.completion());
    setCap(page, bot, "4.99");
    page.navigate(bot + "/chat");
    say(page, "And what is cheap?");
    assertThat(lastAnswer(page)).containsText("waits");

    page.navigate("/dashboard");
    var parked = page.locator("li.parked");
    TestingChromium.picture(page, "journey-parked");
    assertThat(parked).hasCount(1);
    parked.getByText("Raise the cap").click();
    page.getByLabel("In all").fill("50.00");
    page.getByText("Save").first().click();
    awaitReload(page, "/dashboard", page.locator("li.parked").getByText("Top up"));

    page.locator("li.parked").getByText("Top up").click();
    page.locator("#deposit-amount_cents").fill("20.00");
    page.getByText("Go to checkout").click();
    page.locator("form button").click();
    awaitReload(page, bot + "/turns?status=done", page.locator("tbody tr").nth(1));
    page.navigate("/dashboard");
    assertThat(page.locator("li.parked")).hasCount(0);

    page.navigate("/dashboard/ledger");
    page.getByText("Verify the books").click();
    assertThat(page.getByText("The books add up.")).isVisible();
    var download = page.waitForDownload(() -> page.getByText("Download as CSV").click());
    assertThat(Files.readString(download.path())).contains("deposit").contains("charge");
  }

  @Test
  void twoTeamsSeeNothingOfEachOther() {
    var ours = browser.visitor(server);
    var theirs = browser.visitor(server);
    register(ours, "ours@example.com");
    register(theirs, "theirs@example.com");
    var bot = makeBot(ours, "A secret plan", "builtin/pennyworth-mini");

    for (var tab : BotTab.values()) {
      var answer = theirs.navigate(bot + "/" + tab.word());
      assertThat(answer.status()).as(tab.word()).isEqualTo(404);
      assertThat(theirs.content()).doesNotContain("A secret plan");
    }
    theirs.navigate("/dashboard/bots");
    assertThat(theirs.content()).doesNotContain("A secret plan");
    ours.navigate("/dashboard/bots");
    assertThat(ours.content()).contains("A secret plan");
  }

  private static void register(Page page, String email) {
    page.navigate("/dashboard/register");
    page.getByLabel("E-mail").fill(email);
    page.getByLabel("Password").fill(PASSWORD);
    page.getByText("Create the account").click();
    page.waitForURL(Pattern.compile(".*/dashboard$"));
  }

  /// Where its pages are.
  private static String makeBot(Page page, String name, String model) {
    page.navigate("/dashboard/bots/new");
    page.getByLabel("What is it called?").fill(name);
    page.getByLabel("What should it do?").fill("Be brief.");
    page.locator("input[name=model][value='" + model + "']").check();
    page.getByLabel("What may it spend in all?").fill("100.00");
    page.getByText("Make the bot").click();
    page.waitForURL(Pattern.compile(".*/chat.*"));
    return page.url().replaceAll("/chat.*$", "");
  }

  private static void setCap(Page page, String bot, String dollars) {
    page.navigate(bot + "/limits");
    page.getByLabel("In all").fill(dollars);
    page.getByText("Save").first().click();
    assertThat(page.locator("[role=status]")).isVisible();
  }

  private static void say(Page page, String text) {
    page.getByLabel("Message").fill(text);
    page.getByText("Send").click();
    assertThat(page.locator("#last .receipt")).isVisible();
  }

  private static Locator lastAnswer(Page page) {
    return page.locator("#last .answer");
  }

  /// Looks again until something is there.
  private static void awaitReload(Page page, String path, Locator wanted) {
    Eventually.holds(
        "it is on " + path,
        () -> {
          page.navigate(path);
          return wanted.count() > 0;
        });
  }
}
