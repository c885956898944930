package dev.pennyworth.botsapi.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingBrowser;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingRoutes;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Who may look at the dashboard, and what keeps others' hands off it.
final class SignInTest {
  private static final String PASSWORD = "correct horse battery";

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
  void registeringLeadsToTheFirstPageWithTheFreeCredit() {
    var browser = new TestingBrowser(server);

    var answer =
        browser.post(
            "/dashboard/register",
            "email",
            UUID.randomUUID() + "@example.com",
            "password",
            PASSWORD);

    assertThat(answer.status()).as(answer.text()).isEqualTo(303);
    assertThat(browser.follow(answer).text()).contains("Available", "$5.00");
  }

  @Test
  void theSessionsCookieIsForBrowsersAndOurPagesAlone() {
    var team = server.register();
    var browser = new TestingBrowser(server);

    var answer = browser.post("/dashboard/sign-in", "email", team.email(), "password", PASSWORD);

    var cookie =
        answer.headers().allValues("Set-Cookie").stream()
            .filter(it -> it.startsWith("pennyworth_session="))
            .findFirst()
            .orElseThrow();
    assertThat(cookie).containsIgnoringCase("; HttpOnly").contains("; SameSite=Lax");
    assertThat(cookie).contains("; Path=/dashboard").doesNotContainIgnoringCase("; Secure");
  }

  @Test
  void theCookieIsSecureWhereThePublicAddressIs() {
    try (var secure =
        TestingServer.start(Map.of("PENNYWORTH_PUBLIC_URL", "https://bots.example.com"))) {
      var answer = new TestingBrowser(secure).get("/dashboard/sign-in");

      assertThat(answer.header("Set-Cookie").orElseThrow()).containsIgnoringCase("; Secure");
    }
  }

  @Test
  void theApiDoesNotKnowTheCookie() {
    var browser = TestingBrowser.signedIn(server, server.register());
    var cookie = browser.session();

    assertThat(browser.get("/api/bots", "Accept", "*/*").status()).isEqualTo(401);
    assertThat(server.get("/api/bots", cookie).status()).isEqualTo(401);
    assertThat(
            server
                .post("/api/auth/refresh", "", "{\"refresh_token\":\"%s\"}".formatted(cookie))
                .status())
        .isEqualTo(401);
  }

  @Test
  void signingOutEndsTheSessionOnTheServer() {
    var browser = TestingBrowser.signedIn(server, server.register());
    var cookie = browser.session();
    assertThat(browser.get("/dashboard").status()).isEqualTo(200);

    browser.post("/dashboard/sign-out");

    browser.cookies().put("pennyworth_session", cookie);
    var answer = browser.get("/dashboard");
    assertThat(answer.status()).isEqualTo(303);
    assertThat(answer.header("Location")).contains("/dashboard/sign-in?next=%2Fdashboard");
  }

  @Test
  void aSessionEndsAfterThirtyDays() {
    try (var own = TestingServer.start()) {
      var browser = TestingBrowser.signedIn(own, own.register());
      own.clock().advance(Duration.ofDays(29));
      assertThat(browser.get("/dashboard").status()).isEqualTo(200);

      own.clock().advance(Duration.ofDays(2));

      assertThat(browser.get("/dashboard").status()).isEqualTo(303);
    }
  }

  @Test
  void aWrongPasswordIsSaidOnTheFormAndKeepsTheEmail() {
    var team = server.register();
    var browser = new TestingBrowser(server);

    var answer =
        browser.post("/dashboard/sign-in", "email", team.email(), "password", "something else");

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).isEmpty();
    assertThat(answer.text())
        .contains("The e-mail or the password is wrong.", "value=\"" + team.email() + "\"")
        .doesNotContain("something else");
  }

  @Test
  void whatIsWrongStandsAtItsField() {
    var answer =
        new TestingBrowser(server)
            .post("/dashboard/register", "email", "a@example.com", "password", "short");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text())
        .contains(
            "<p class=\"error\" id=\"f-password-error\">This must be a password of 8 to 200"
                + " characters.</p>");
  }

  @Test
  void signInsOfPagesAndOfTheApiCountTogether() {
    var team = server.register();
    for (int i = 0; i < 10; i++) {
      server.post(
          "/api/auth/login",
          "",
          "{\"email\":\"%s\",\"password\":\"wrong one\"}".formatted(team.email()));
    }

    var answer =
        new TestingBrowser(server)
            .post("/dashboard/sign-in", "email", team.email(), "password", PASSWORD);

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.header("Retry-After")).isPresent();
    assertThat(answer.text()).contains("Too many sign-ins of this account");
  }

  @Test
  void afterSigningInOneIsWhereOneWantedToBeButNeverElsewhere() {
    var team = server.register();

    assertThat(next(team, "/dashboard/bots")).isEqualTo("/dashboard/bots");
    for (var elsewhere : List.of("https://evil.example", "//evil.example", "/api/bots", "")) {
      assertThat(next(team, elsewhere)).as(elsewhere).isEqualTo("/dashboard");
    }
  }

  private static String next(TestingTeam team, String next) {
    return new TestingBrowser(server)
        .post("/dashboard/sign-in", "email", team.email(), "password", PASSWORD, "next", next)
        .header("Location")
        .orElseThrow();
  }

  static Stream<TestingRoutes.Route> forms() {
    return TestingRoutes.all(server).stream()
        .filter(route -> route.template().startsWith("/dashboard"))
        .filter(route -> route.method().equals("POST"));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aFormWithoutOurTokenIsRefused(TestingRoutes.Route route) {
    var browser = TestingBrowser.signedIn(server, server.register());
    var others = TestingBrowser.signedIn(server, server.register());
    var path = route.path(route.variables().stream().map(_ -> "x").toList());

    var without = browser.postWithoutToken(path);
    var stolen = browser.postWithoutToken(path, "form_token", others.token());

    assertThat(List.of(without.status(), stolen.status())).containsOnly(403);
    assertThat(without.text()).contains("This form was made before you signed in or out");
  }

  @Test
  void onlyFormsAreTaken() {
    var browser = TestingBrowser.signedIn(server, server.register());
    var request =
        HttpRequest.newBuilder(server.address().resolve("/dashboard/sign-out"))
            .header("Cookie", "pennyworth_session=" + browser.session())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"));

    assertThat(server.send(request.build()).status()).isEqualTo(415);
  }

  @Test
  void aMemberSeesTheTeamThatHeChoseAndNoneOfOthers() {
    var team = server.register();
    TestingBot.draft(server, team, "\"name\":\"A secret plan\"");
    var member = TestingMember.of(server, team, "viewer");
    var browser = TestingBrowser.signedIn(server, member.own());
    assertThat(browser.get("/dashboard").text()).contains("$5.00").doesNotContain("A secret plan");

    browser.lookingAt(team);

    var page = browser.get("/dashboard").text();
    assertThat(page)
        .contains("A secret plan")
        .doesNotContain("Available", "New bot", "/dashboard/ledger");
    var stranger = TestingBrowser.signedIn(server, server.register());
    assertThat(stranger.post("/dashboard/switch-team", "team", team.id().toString()).status())
        .isEqualTo(404);
    stranger.cookies().put("pennyworth_team", team.id().toString());
    assertThat(stranger.get("/dashboard").text()).contains("$5.00").doesNotContain("A secret plan");
  }
}
