package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.pennyworth.botsapi.TestingChromium;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every page at the width of a desk and of a phone, light and dark. The pictures are in
/// `target/screenshots`, to be looked at.
@ExtendWith(TestingChromium.IsThere.class)
final class DashboardPicturesTest {
  private static final long BYTES_MAX = 200_000;
  private static final int DESK_WIDTH = 1280;
  private static final int DESK_HEIGHT = 900;
  private static final int PHONE_WIDTH = 360;
  private static final int PHONE_HEIGHT = 740;

  private static TestingShop shop;
  private static TestingChromium browser;
  private static Page page;

  private final List<String> wrong = new ArrayList<>();
  private int looks;

  @BeforeAll
  static void start() {
    browser = TestingChromium.start();
    shop = new TestingShop();
    page = browser.visitor(shop.server, DESK_WIDTH, DESK_HEIGHT, ColorScheme.LIGHT);
  }

  @AfterAll
  static void stop() {
    shop.close();
    browser.close();
  }

  @Test
  void everyPageIsWithoutBarriersAndFitsTheScreen() {
    page.context().clearCookies();
    for (var name : List.of("register", "sign-in")) {
      open(name, "/dashboard/" + name, 200);
    }
    signIn(page);
    shop.pages().forEach((name, path) -> open(name, path, name.equals("not-found") ? 404 : 200));
    lookAtAnswers();

    assertThat(wrong).isEmpty();
  }

  private void open(String name, String path, int status) {
    var answer = page.navigate(path);
    if (answer.status() != status) {
      wrong.add(name + ": status " + answer.status());
    }
    look(name);
  }

  /// What only the answer to a form shows.
  private void lookAtAnswers() {
    page.navigate("/dashboard/keys");
    page.getByLabel("Name").fill("Till in the second shop");
    page.getByText("Make a key").click();
    look("keys-once");
    page.locator(".confirm > summary").first().click();
    look("keys-confirm");
    page.navigate(shop.page("bot-limits"));
    page.getByLabel("In all").fill("a lot");
    page.getByText("Save").first().click();
    look("bot-limits-refused");
    page.navigate("/dashboard/bots/new");
    page.getByLabel("What is it called?").fill("x");
    page.getByLabel("What should it do?").fill("y");
    page.getByLabel("What may it spend in all?").fill("-1");
    page.getByText("Make the bot").click();
    look("bot-new-refused");
    page.navigate("/dashboard/billing");
    page.locator("#deposit-amount_cents").fill("1.00");
    page.getByText("Go to checkout").click();
    look("billing-refused");
    page.navigate(shop.page("bot-platform"));
    page.getByText("Activate again").click();
    look("platform-activated");
    page.navigate(shop.page("bot-chat"));
    page.locator(".receipt > summary").last().click();
    look("bot-chat-receipt");
    page.navigate("/dashboard");
    page.locator(".account > summary").click();
    look("home-account");
  }

  /// At both widths and in both schemes. The colours are looked at in turns: each kind of thing is
  /// on several pages.
  private void look(String name) {
    boolean isLight = looks++ % 2 == 0;
    for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      take("desk", scheme, name);
      if (isLight == (scheme == ColorScheme.LIGHT)) {
        TestingChromium.barriers(page).forEach(barrier -> wrong.add(name + ": " + barrier));
      }
    }
    page.setViewportSize(PHONE_WIDTH, PHONE_HEIGHT);
    for (var scheme : List.of(ColorScheme.DARK, ColorScheme.LIGHT)) {
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
      take("phone", scheme, name);
    }
    page.setViewportSize(DESK_WIDTH, DESK_HEIGHT);
  }

  private void take(String screen, ColorScheme scheme, String name) {
    TestingChromium.picture(
        page, screen + "-" + scheme.name().toLowerCase(Locale.ROOT) + "/" + name);
    if (Boolean.TRUE.equals(
        page.evaluate(
            "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"))) {
      wrong.add(screen + "/" + name + ": is wider than the screen");
    }
  }

  private static void signIn(Page page) {
    page.navigate("/dashboard/sign-in");
    page.getByLabel("E-mail").fill(shop.team.email());
    page.getByLabel("Password").fill(TestingTeam.PASSWORD);
    page.locator("main form button").click();
    page.waitForURL("**/dashboard");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"/dashboard", "/dashboard/ledger", "/dashboard/models"})
  void aPageIsLight(String path) {
    page.context().clearCookies();
    signIn(page);
    var visit = browser.withoutCache(shop.server, page);
    var bytes = new AtomicLong();
    visit.onRequestFinished(request -> bytes.addAndGet((long) request.sizes().responseBodySize));

    visit.navigate(path);

    assertThat(bytes.get()).as("bytes on the wire").isBetween(1_000L, BYTES_MAX);
  }
}
