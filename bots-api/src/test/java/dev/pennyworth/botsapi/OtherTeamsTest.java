package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingRoutes.Route;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What belongs to a team is not there for anybody else. The routes are those of the running
/// server.
final class OtherTeamsTest {
  /// What PRODUCT.md marks as public, and what has a proof of its own: webhooks are signed, a
  /// checkout's address cannot be guessed, GraphQL answers for each of its fields (GraphqlTest).
  private static final List<String> PUBLIC =
      List.of(
          "/api/auth/",
          "/api/models",
          "/api/billing/plans",
          "/api/bots/webhook/",
          "/api/stripe/webhook",
          "/checkout/",
          "/graphql",
          "/health",
          "/prometheus",
          "/openapi",
          "/docs",
          "/assets/",
          "/dashboard"); // OtherTeamsPagesTest

  private static TestingServer server;
  private static List<Route> routes;
  private static TestingBot theirs;
  private static Map<String, String> theirIds;
  private static TestingTeam team;
  private static TestingBot ours;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    routes = TestingRoutes.all(server);
    theirs = TestingBot.active(server, server.register(), "");
    theirIds = ids(server, theirs);
    team = server.register();
    ours = TestingBot.active(server, team, "");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void forgetOurTests() {
    server.clock().advance(Duration.ofSeconds(2));
  }

  static Map<String, String> ids(TestingServer server, TestingBot bot) {
    var turn = bot.test("Hello?").json();
    var key = server.post("/api/keys", bot.team().accessToken(), "{\"name\":\"ci\"}").json();
    var endpoint =
        server
            .post(
                "/api/webhook-endpoints",
                bot.team().accessToken(),
                "{\"url\":\"https://93.184.215.14/hook\",\"events\":[\"ping\"]}")
            .json()
            .path("id")
            .textValue();
    var delivery =
        server
            .post("/api/webhook-endpoints/" + endpoint + "/test", bot.team().accessToken(), "")
            .json();
    var ids = new HashMap<String, String>();
    ids.put("id", bot.id());
    ids.put("/api/keys/{id} id", key.path("id").textValue());
    var member =
        server
            .get("/api/team/members", bot.team().accessToken())
            .json()
            .at("/members/0/id")
            .textValue();
    ids.put("/api/team/members/{id} id", member);
    ids.put("memberId", member);
    ids.put("keyId", key.path("id").textValue());
    ids.put("conversationId", turn.path("conversation_id").textValue());
    ids.put("turnId", turn.path("turn_id").textValue());
    ids.put("platformUserId", "ada");
    ids.put("endpointId", endpoint);
    ids.put("deliveryId", delivery.path("id").textValue());
    var workspace = bot.get("").json().path("workspace_id").textValue();
    var below = "/api/workspaces/" + workspace;
    ids.put("workspaceId", workspace);
    ids.put(
        "toolId",
        madeIn(
            server, bot, below + "/tools", "{\"name\":\"t\",\"url\":\"https://93.184.215.14/t\"}"));
    ids.put(
        "serverId",
        madeIn(
            server,
            bot,
            below + "/mcp-servers",
            "{\"name\":\"m\",\"url\":\"https://mcp.invalid/\"}"));
    ids.put("toolName", "search");
    return Map.copyOf(ids);
  }

  private static String madeIn(TestingServer server, TestingBot bot, String path, String json) {
    return server.post(path, bot.team().accessToken(), json).json().path("id").textValue();
  }

  static Stream<Route> privateRoutes() {
    return routes.stream()
        .filter(route -> !route.template().equals("/"))
        .filter(route -> PUBLIC.stream().noneMatch(route.template()::startsWith));
  }

  static Stream<Route> privateRoutesWithAnId() {
    return privateRoutes().filter(route -> !route.variables().isEmpty());
  }

  static Stream<Route> privateRoutesWithTwoIds() {
    return privateRoutes()
        .filter(route -> route.variables().size() > 1)
        .filter(route -> route.variables().contains("id")) // of a bot
        .filter(route -> !route.variables().contains("platformUserId")); // no id of ours
  }

  @Test
  void theRoutesAreThere() {
    assertThat(privateRoutes().map(Route::toString))
        .contains(
            "GET /api/bots/{id}",
            "POST /api/bots/{id}/test",
            "GET /api/bots/{id}/turns/{turnId}",
            "DELETE /api/keys/{id}",
            "GET /api/ledger");
  }

  @ParameterizedTest
  @MethodSource("privateRoutesWithAnId")
  void anotherTeamsIdIsNotFound(Route route) {
    var answer = send(route, route.path(theirIds), team.accessToken());

    assertThat(answer.status()).isEqualTo(404);
    if (!route.method().equals("HEAD")) {
      assertThat(answer.errorCode()).isIn("not_found", "model_not_found");
    }
  }

  static Stream<Route> privateRoutesBelowAWorkspace() {
    return privateRoutes()
        .filter(route -> route.variables().size() > 1)
        .filter(route -> route.variables().contains("workspaceId"));
  }

  @ParameterizedTest
  @MethodSource("privateRoutesBelowAWorkspace")
  void anotherTeamsToolBelowOurOwnWorkspaceIsNotFound(Route route) {
    var mixed = new HashMap<>(theirIds);
    mixed.put("workspaceId", ours.get("").json().path("workspace_id").textValue());

    assertThat(send(route, route.path(mixed), team.accessToken()).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @MethodSource("privateRoutesWithTwoIds")
  void anotherTeamsIdBelowOurOwnIsNotFound(Route route) {
    var mixed = new HashMap<>(theirIds);
    mixed.put("id", ours.id());

    assertThat(send(route, route.path(mixed), team.accessToken()).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @MethodSource("privateRoutesWithTwoIds")
  void anotherBotsIdOfTheSameTeamIsNotFound(Route route) {
    var mixed = new HashMap<>(theirIds);
    mixed.put("id", TestingBot.draft(server, theirs.team(), "").id());

    assertThat(send(route, route.path(mixed), theirs.team().accessToken()).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @MethodSource("privateRoutes")
  void withoutATokenEverythingElseIsUnauthorized(Route route) {
    var path = route.path(theirIds);

    assertThat(send(route, path, "").status()).isEqualTo(401);
    assertThat(send(route, path, "garbage").status()).isEqualTo(401);
    assertThat(send(route, path, theirs.team().refreshToken()).status()).isEqualTo(401);
    assertThat(send(route, path, theirs.webhookSecret()).status()).isEqualTo(401);
  }

  @Test
  void theOwnersOwnIdsAreFoundBeforeAndAfter() {
    for (var route : privateRoutes().filter(it -> it.method().equals("GET")).toList()) {
      assertThat(send(route, route.path(theirIds), theirs.team().accessToken()).status())
          .as(route.toString())
          .isEqualTo(200);
    }
  }

  @Test
  void anotherTeamsIdInAQueryShowsNothing() {
    var ledger = server.get("/api/ledger?bot_id=" + theirs.id(), team.accessToken());
    var turns = ours.get("/turns?conversation_id=" + theirIds.get("conversationId"));

    assertThat(ledger.status()).isEqualTo(404);
    assertThat(turns.status()).isEqualTo(404);
  }

  @Test
  void anotherTeamsWorkspaceIsNotFound() {
    var workspace = theirs.get("").json().path("workspace_id").textValue();

    var made =
        server.post(
            "/api/bots",
            team.accessToken(),
            TestingBot.body("\"workspace_id\":\"" + workspace + "\""));

    assertThat(made.status()).isEqualTo(404);
    assertThat(ours.owner("PATCH", "", "{\"workspace_id\":\"" + workspace + "\"}").status())
        .isEqualTo(404);
  }

  @Test
  void theSameIdempotencyKeyIsAnotherTeamsOwn() {
    var body = "{\"amount_cents\":500}";
    var first =
        server.post(
            "/api/balance/deposit", theirs.team().accessToken(), body, "Idempotency-Key", "shared");

    var second =
        server.post("/api/balance/deposit", team.accessToken(), body, "Idempotency-Key", "shared");

    assertThat(second.status()).isEqualTo(200);
    assertThat(second.text()).isNotEqualTo(first.text());
  }

  @Test
  void listsShowTheOwnTeamsOnly() {
    for (var list :
        List.of(
            "/api/bots",
            "/api/keys",
            "/api/ledger",
            "/api/balance",
            "/api/audit",
            "/api/teams",
            "/api/team/members",
            "/api/events",
            "/api/webhook-endpoints",
            "/v1/models",
            "/api/workspaces")) {
      var text = server.get(list, team.accessToken()).text();

      assertThat(text).as(list).doesNotContain(theirs.id());
      theirIds.values().stream()
          .filter(id -> !List.of("ada", "search").contains(id))
          .forEach(id -> assertThat(text).as(list).doesNotContain(id));
    }
  }

  private static TestingAnswer send(Route route, String path, String token) {
    var request = HttpRequest.newBuilder(URI.create(server.address() + path));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    boolean hasBody = List.of("POST", "PUT", "PATCH").contains(route.method());
    if (hasBody) {
      request.header("Content-Type", "application/json");
    }
    return server.send(
        request
            .method(
                route.method(),
                hasBody
                    ? BodyPublishers.ofString(
                        route.method().equals("POST") ? "{\"message\":\"Hello?\"}" : "{}")
                    : BodyPublishers.noBody())
            .build());
  }
}
