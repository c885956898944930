package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The sandbox's checkout page in a real browser.
@ExtendWith(TestingChromium.IsThere.class)
final class CheckoutPageTest {
  private static TestingServer server;
  private static TestingChromium browser;

  @BeforeAll
  static void start() {
    browser = TestingChromium.start();
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
    browser.close();
  }

  @Test
  void theSandboxsPageIsPaidWithOneButton() {
    var team = server.register();
    var url =
        server
            .post("/api/balance/deposit", team.accessToken(), "{\"amount_cents\":1000}")
            .json()
            .path("checkout_url")
            .textValue();
    var page = browser.visitor(server);
    page.navigate(url);

    assertThat(TestingChromium.barriers(page)).isEmpty();
    page.locator("form button").click();

    assertThat(
            server
                .get("/api/balance", team.accessToken())
                .json()
                .path("balance_cents")
                .decimalValue())
        .isEqualByComparingTo("1500");
    TestingChromium.picture(page, "checkout-paid");
  }
}
