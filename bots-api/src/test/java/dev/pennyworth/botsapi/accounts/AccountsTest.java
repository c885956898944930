package dev.pennyworth.botsapi.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.billing.JdbcWallets;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TeamId;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccountsTest {
  private static final String PASSWORD = "correct horse battery";
  private static final int AT_ONCE = 8;

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
  void whoRegistersIsSignedInToATeamOfTheirOwn() {
    var email = newEmail();

    var answer = register(email, PASSWORD);

    var json = answer.json();
    assertThat(answer.status()).isEqualTo(201);
    assertThat(json.path("expires_in").intValue()).isEqualTo(900);
    assertThat(json.at("/user/email").textValue()).isEqualTo(email);
    assertThat(json.at("/user/id").textValue()).matches("usr_[0-9a-f]{32}");
    assertThat(json.at("/team/id").textValue()).matches("team_[0-9a-f]{32}");
    assertThat(json.at("/team/name").textValue()).isNotEmpty();
    assertThat(json.path("refresh_token").textValue()).isNotEmpty();
    assertThat(server.get("/api/keys", json.path("access_token").textValue()).status())
        .isEqualTo(200);
  }

  @Test
  void aTeamBeginsWithFiveDollarsAndOneWorkspace() {
    var team = server.register().id();

    assertThat(server.bean(JdbcWallets.class).balance(team).balance())
        .isEqualTo(NanoUsd.ofCents(500));
    assertThat(count("SELECT count(*) FROM workspace WHERE team_id = :team", team)).isEqualTo(1);
  }

  @Test
  void registeringOneEMailManyTimesAtOnceMakesOneTeamWithOneFreeCredit() throws Exception {
    var email = newEmail();
    var answers = new ArrayList<TestingAnswer>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<Future<TestingAnswer>>();
      for (int i = 0; i < AT_ONCE; i++) {
        running.add(threads.submit(() -> register(email, PASSWORD)));
      }
      for (var one : running) {
        answers.add(one.get());
      }
    }

    assertThat(answers).extracting(TestingAnswer::status).containsOnlyOnce(201);
    assertThat(answers).extracting(TestingAnswer::status).containsOnly(201, 409);
    var team = answers.stream().filter(a -> a.status() == 201).map(AccountsTest::team).findFirst();
    assertThat(server.bean(JdbcWallets.class).balance(team.orElseThrow()).balance())
        .isEqualTo(NanoUsd.ofCents(500));
    assertThat(teamsNamed(email.substring(0, email.indexOf('@')) + "'s team")).isEqualTo(1);
  }

  @Test
  void anEMailIsTheSameInAnyCase() {
    var email = newEmail();
    register(email, PASSWORD);

    assertThat(register(email.toUpperCase(Locale.ROOT), PASSWORD).errorCode())
        .isEqualTo("email_taken");
    assertThat(login(email.toUpperCase(Locale.ROOT), PASSWORD).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "@x.com",
        "a@",
        "a b@x.com",
        "a@x..com",
        "a@-x.com",
        "<a@x.com>",
        "a@@x.com"
      })
  void whatIsNoEMailIsRefused(String email) {
    var answer = register(email, PASSWORD);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo("email");
  }

  @Test
  void aPasswordHas8To200Characters() {
    assertThat(register(newEmail(), "1234567").status()).isEqualTo(422);
    assertThat(register(newEmail(), "x".repeat(201)).status()).isEqualTo(422);
    assertThat(register(newEmail(), "12345678").status()).isEqualTo(201);
    assertThat(register(newEmail(), "🎩".repeat(200)).status()).isEqualTo(201);
  }

  @Test
  void onlyTheRightPasswordSignsInAndNeitherTellsWhichWasWrong() {
    var email = newEmail();
    register(email, PASSWORD);

    assertThat(login(email, PASSWORD).status()).isEqualTo(200);
    var wrongPassword = login(email, PASSWORD + "!");
    var unknown = login(newEmail(), PASSWORD);
    assertThat(wrongPassword.status()).isEqualTo(401);
    assertThat(wrongPassword.errorCode()).isEqualTo("wrong_credentials");
    assertThat(unknown.text()).isEqualTo(wrongPassword.text());
  }

  @Test
  void anAccessTokenLasts15Minutes() {
    try (var own = TestingServer.start()) {
      var team = own.register();
      own.clock().advance(Duration.ofMinutes(15).minusSeconds(1));
      assertThat(own.get("/api/keys", team.accessToken()).status()).isEqualTo(200);

      own.clock().advance(Duration.ofSeconds(1));
      assertThat(own.get("/api/keys", team.accessToken()).errorCode()).isEqualTo("invalid_token");
      assertThat(refresh(own, team.refreshToken()).status()).isEqualTo(200);

      own.clock().advance(Duration.ofDays(30));
      assertThat(refresh(own, team.refreshToken()).status()).isEqualTo(401);
    }
  }

  @Test
  void aRefreshReplacesTheToken() {
    var team = server.register();

    var first = refresh(server, team.refreshToken());
    var second = refresh(server, first.json().path("refresh_token").textValue());

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.json().at("/team/id").textValue()).isEqualTo(team.id().toString());
    assertThat(second.status()).isEqualTo(200);
    assertThat(server.get("/api/keys", second.json().path("access_token").textValue()).status())
        .isEqualTo(200);
  }

  @Test
  void aRefreshTokenThatComesTwiceEndsItsWholeSession() {
    var team = server.register();
    var next = refresh(server, team.refreshToken()).json();

    assertThat(refresh(server, team.refreshToken()).errorCode()).isEqualTo("invalid_refresh_token");

    assertThat(refresh(server, next.path("refresh_token").textValue()).status()).isEqualTo(401);
    assertThat(server.get("/api/keys", next.path("access_token").textValue()).status())
        .isEqualTo(401);
    assertThat(login(team.email(), PASSWORD).status()).isEqualTo(200);
  }

  @Test
  void signingOutEndsTheSessionAtOnceAndNoOther() {
    var team = server.register();
    var other = login(team.email(), PASSWORD).json();

    var body = "{\"refresh_token\":\"%s\"}".formatted(team.refreshToken());
    assertThat(server.post("/api/auth/logout", "", body).status()).isEqualTo(204);
    assertThat(server.post("/api/auth/logout", "", body).status()).isEqualTo(204);

    assertThat(server.get("/api/keys", team.accessToken()).status()).isEqualTo(401);
    assertThat(refresh(server, team.refreshToken()).status()).isEqualTo(401);
    assertThat(server.get("/api/keys", other.path("access_token").textValue()).status())
        .isEqualTo(200);
  }

  @Test
  void anAccessTokenSignsItsSessionOut() {
    var team = server.register();

    assertThat(server.post("/api/auth/logout", team.accessToken(), "").status()).isEqualTo(204);

    assertThat(refresh(server, team.refreshToken()).status()).isEqualTo(401);
  }

  @Test
  void signingOutOfNothingIsRefused() {
    assertThat(server.post("/api/auth/logout", "", "{}").status()).isEqualTo(422);
  }

  @Test
  void aTokenThatWasChangedOrSignedByOthersIsNone() {
    var token = server.register().accessToken();
    var parts = List.of(token.split("\\.", -1));
    var unsigned = "eyJhbGciOiJub25lIn0." + parts.get(1) + ".";

    assertThat(server.get("/api/keys", token + "x").status()).isEqualTo(401);
    assertThat(server.get("/api/keys", unsigned).status()).isEqualTo(401);
  }

  @Test
  void anAccountMaySignInTenTimesAMinute() {
    var email = newEmail();
    register(email, PASSWORD);
    for (int i = 0; i < 10; i++) {
      assertThat(login(email, "wrong password").status()).isEqualTo(401);
    }

    var refused = login(email, PASSWORD);

    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.errorCode()).isEqualTo("rate_limited");
    assertThat(refused.header("Retry-After")).contains("60");
    assertThat(refused.header("X-RateLimit-Limit")).contains("10");
    assertThat(login(newEmail(), PASSWORD).status()).isEqualTo(401);
  }

  @Test
  void whereRegistrationIsClosedNobodyRegistersAndAccountsStillSignIn() {
    try (var closed =
        TestingServer.start(
            Map.of("PENNYWORTH_REGISTRATION", "closed", "PENNYWORTH_OWNER_PASSWORD", PASSWORD))) {
      var refused = closed.post("/api/auth/register", "", credentials(newEmail(), PASSWORD));

      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.errorCode()).isEqualTo("registration_closed");
      assertThat(
              closed.post("/api/auth/login", "", credentials("owner@localhost", PASSWORD)).status())
          .isEqualTo(200);
    }
  }

  private static String newEmail() {
    return UUID.randomUUID() + "@example.com";
  }

  private static TestingAnswer register(String email, String password) {
    return server.post("/api/auth/register", "", credentials(email, password));
  }

  private static TestingAnswer login(String email, String password) {
    return server.post("/api/auth/login", "", credentials(email, password));
  }

  private static TestingAnswer refresh(TestingServer at, String token) {
    return at.post("/api/auth/refresh", "", "{\"refresh_token\":\"%s\"}".formatted(token));
  }

  private static String credentials(String email, String password) {
    return "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(email, password);
  }

  private static TeamId team(TestingAnswer answer) {
    return TeamId.parse(answer.json().at("/team/id").textValue()).orElseThrow();
  }

  private static int teamsNamed(String name) {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT count(*)
                    FROM team
                    WHERE name = :name
                    """)
                .bind("name", name)
                .mapTo(Integer.class)
                .one());
  }

  private static int count(String sql, TeamId team) {
    return server
        .bean(Jdbi.class)
        .withHandle(
            handle -> handle.createQuery(sql).bind("team", team.uuid()).mapTo(Integer.class).one());
  }
}
