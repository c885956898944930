package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a script is told of a turn while it runs.
final class ChatStreamTest {
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
  void aTurnIsToldAsItHappensWithItsStepsCostAndWallet() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "");
    var browser = TestingBrowser.signedIn(server, team);

    var told = say(browser, bot, "Hello");

    assertThat(told.status()).isEqualTo(200);
    assertThat(told.header("Content-Type").orElseThrow()).startsWith("text/event-stream");
    assertThat(told.text())
        .contains("event: text", "event: step", "event: wallet", "event: end")
        .contains("data-step=\\\"1\\\"", "pennyworth-mini", "Available", "billed");
    assertThat(told.text().strip().lines().filter(line -> line.startsWith("event:")).toList())
        .last()
        .isEqualTo("event: end");
  }

  @Test
  void aRefusalIsToldAsTheApiTellsIt() {
    var team = server.register();
    var bot = TestingBot.draft(server, team, "");
    var browser = TestingBrowser.signedIn(server, team);

    assertThat(say(browser, bot, " ").status()).isEqualTo(422);
    for (int i = 0; i < 10; i++) {
      server.post("/api/bots/" + bot.id() + "/test", team.accessToken(), "{\"message\":\"Hi\"}");
    }
    var refused = say(browser, bot, "One more");

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.errorCode()).isEqualTo("rate_limited");
    var stranger = TestingBrowser.signedIn(server, server.register());
    assertThat(say(stranger, bot, "Hello").status()).isEqualTo(404);
  }

  private static TestingAnswer say(TestingBrowser browser, TestingBot bot, String text) {
    return browser.postAccepting(
        "text/event-stream", "/dashboard/bots/" + bot.id() + "/chat/stream", "message", text);
  }
}
