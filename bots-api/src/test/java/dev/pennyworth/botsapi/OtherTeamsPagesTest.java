package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingRoutes.Route;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What [OtherTeamsTest] shows of the API, for every page of the dashboard.
final class OtherTeamsPagesTest {
  private static TestingServer server;
  private static TestingBrowser browser;
  private static TestingBrowser nobody;
  private static TestingBot theirs;
  private static Map<String, String> theirIds;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    theirs = TestingBot.active(server, server.register(), "\"name\": \"A secret plan\"");
    theirIds = OtherTeamsTest.ids(server, theirs);
    browser = TestingBrowser.signedIn(server, server.register());
    nobody = new TestingBrowser(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forgetWhatWasCounted() {
    server.clock().advance(Duration.ofSeconds(2));
  }

  static Stream<Route> pages() {
    return TestingRoutes.all(server).stream()
        .filter(route -> route.template().startsWith("/dashboard"))
        .filter(route -> !route.method().equals("HEAD"));
  }

  static Stream<Route> pagesWithAnId() {
    return pages().filter(route -> !route.variables().isEmpty());
  }

  static Stream<Route> pagesForMembers() {
    return pages()
        .filter(route ->
            Stream.of("/sign-in", "/register", "/sign-out", "/theme")
                .noneMatch(route.template()::endsWith));
  }

  @ParameterizedTest
  @MethodSource("pagesWithAnId")
  void anotherTeamsIdIsNotFound(Route route) {
    var path = route.path(theirIds);

    var answer =
        route.method().equals("POST") ? browser.post(path, "message", "Hello?") : browser.get(path);

    assertThat(answer.status()).as(answer.text()).isEqualTo(404);
    assertThat(answer.text()).doesNotContain("A secret plan");
  }

  @ParameterizedTest
  @MethodSource("pagesForMembers")
  void whoIsNotSignedInIsSentToSignIn(Route route) {
    var path = route.path(theirIds);

    var answer =
        route.method().equals("POST") ? nobody.post(path, "message", "Hello?") : nobody.get(path);

    assertThat(answer.status()).as(answer.text()).isEqualTo(303);
    assertThat(answer.header("Location").orElseThrow()).startsWith("/dashboard/sign-in");
  }
}
