package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingRoutes.Route;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Which role may call which route. The routes are those of the running server: one that is not in
/// the table turns the test red.
final class RolesTest {
  /// Every route of PRODUCT.md, also those that are not there yet. Names in paths do not count.
  private static final String TABLE =
      """
      GET    /api/audit                                 owner billing
      POST   /api/auth/login                            anybody
      POST   /api/auth/logout                           anybody
      POST   /api/auth/refresh                          anybody
      POST   /api/auth/register                         anybody
      GET    /api/balance                               owner billing
      PUT    /api/balance/auto-reload                   owner billing
      POST   /api/balance/deposit                       owner billing
      GET    /api/billing                               owner billing
      PUT    /api/billing/limits                        owner billing
      POST   /api/billing/plan                          owner billing
      GET    /api/billing/plans                         anybody
      GET    /api/bots                                  owner billing editor viewer
      POST   /api/bots                                  owner editor
      POST   /api/bots/webhook/custom/{}                anybody
      POST   /api/bots/webhook/discord/{}               anybody
      POST   /api/bots/webhook/slack/{}                 anybody
      POST   /api/bots/webhook/telegram/{}              anybody
      GET    /api/bots/webhook/whatsapp/{}              anybody
      POST   /api/bots/webhook/whatsapp/{}              anybody
      POST   /api/bots/webhook/{}/{}                    anybody
      DELETE /api/bots/{}                               owner editor
      GET    /api/bots/{}                               owner editor viewer
      PATCH  /api/bots/{}                               owner billing editor
      POST   /api/bots/{}/activate                      owner editor
      GET    /api/bots/{}/analytics                     owner billing editor viewer
      GET    /api/bots/{}/conversations                 owner editor viewer
      GET    /api/bots/{}/conversations/{}/messages     owner editor viewer
      DELETE /api/bots/{}/end-users/{}                  owner editor
      GET    /api/bots/{}/health                        owner editor
      POST   /api/bots/{}/pause                         owner editor
      POST   /api/bots/{}/quote                         owner editor viewer
      POST   /api/bots/{}/test                          owner editor
      GET    /api/bots/{}/turns                         owner editor viewer
      GET    /api/bots/{}/turns/{}                      owner editor viewer
      POST   /api/bots/{}/turns/{}/resume               owner billing editor
      GET    /api/bots/{}/usage/summary                 owner billing editor viewer
      POST   /api/bots/{}/webhook-secret                owner editor
      GET    /api/events                                owner billing
      POST   /api/estimate                              owner billing editor viewer
      GET    /api/keys                                  owner billing editor viewer
      POST   /api/keys                                  owner billing editor
      DELETE /api/keys/{}                               owner billing editor
      GET    /api/ledger                                owner billing
      GET    /api/ledger/verify                         owner billing
      GET    /api/models                                anybody
      POST   /api/prices/reload                         operator
      POST   /api/stripe/webhook                        anybody
      GET    /api/team/members                          owner billing editor viewer
      POST   /api/team/members                          owner
      DELETE /api/team/members/{}                       owner
      PATCH  /api/team/members/{}                       owner
      GET    /api/teams                                 owner billing editor viewer
      GET    /api/usage                                 owner billing
      GET    /api/webhook-endpoints                     owner billing
      POST   /api/webhook-endpoints                     owner billing
      DELETE /api/webhook-endpoints/{}                  owner billing
      GET    /api/webhook-endpoints/{}                  owner billing
      PATCH  /api/webhook-endpoints/{}                  owner billing
      GET    /api/webhook-endpoints/{}/deliveries       owner billing
      POST   /api/webhook-endpoints/{}/deliveries/{}/retry owner billing
      POST   /api/webhook-endpoints/{}/test             owner billing
      GET    /api/workspaces                            owner billing editor viewer
      POST   /api/workspaces                            owner editor
      DELETE /api/workspaces/{}                         owner editor
      GET    /api/workspaces/{}                         owner billing editor viewer
      PATCH  /api/workspaces/{}                         owner editor
      GET    /api/workspaces/{}/mcp-servers             owner billing editor viewer
      POST   /api/workspaces/{}/mcp-servers             owner editor
      DELETE /api/workspaces/{}/mcp-servers/{}          owner editor
      GET    /api/workspaces/{}/mcp-servers/{}          owner billing editor viewer
      PATCH  /api/workspaces/{}/mcp-servers/{}          owner editor
      GET    /api/workspaces/{}/mcp-servers/{}/tools    owner billing editor viewer
      PATCH  /api/workspaces/{}/mcp-servers/{}/tools/{} owner billing editor
      GET    /api/workspaces/{}/tools                   owner billing editor viewer
      POST   /api/workspaces/{}/tools                   owner editor
      DELETE /api/workspaces/{}/tools/{}                owner editor
      GET    /api/workspaces/{}/tools/{}                owner billing editor viewer
      PATCH  /api/workspaces/{}/tools/{}                owner billing editor
      GET    /checkout/canceled                         anybody
      GET    /checkout/thanks                           anybody
      GET    /checkout/{}/{}                            anybody
      POST   /checkout/{}/{}                            anybody
      GET    /dashboard                                 owner billing editor viewer
      GET    /dashboard/register                        anybody
      POST   /dashboard/register                        anybody
      GET    /dashboard/sign-in                         anybody
      POST   /dashboard/sign-in                         anybody
      POST   /dashboard/sign-out                        anybody
      POST   /dashboard/switch-team                     owner billing editor viewer
      POST   /dashboard/theme                           anybody
      GET    /dashboard/wallet                          owner billing editor viewer
      GET    /dashboard/bots                            owner billing editor viewer
      GET    /dashboard/bots/new                        owner editor
      POST   /dashboard/bots/new                        owner editor
      GET    /dashboard/bots/{}                         owner billing editor viewer
      POST   /dashboard/bots/{}/delete                  owner editor
      GET    /dashboard/bots/{}/analytics               owner billing editor viewer
      GET    /dashboard/bots/{}/chat                    owner editor
      POST   /dashboard/bots/{}/chat                    owner editor
      POST   /dashboard/bots/{}/chat/stream             owner editor
      GET    /dashboard/bots/{}/conversations           owner editor viewer
      GET    /dashboard/bots/{}/conversations/{}        owner editor viewer
      POST   /dashboard/bots/{}/conversations/{}/erase-person owner editor
      GET    /dashboard/bots/{}/limits                  owner billing editor viewer
      POST   /dashboard/bots/{}/limits                  owner billing editor
      GET    /dashboard/bots/{}/platform                owner editor
      POST   /dashboard/bots/{}/platform                owner editor
      POST   /dashboard/bots/{}/platform/activate       owner editor
      POST   /dashboard/bots/{}/platform/pause          owner editor
      POST   /dashboard/bots/{}/platform/webhook-secret owner editor
      GET    /dashboard/bots/{}/settings                owner editor viewer
      POST   /dashboard/bots/{}/settings                owner editor
      GET    /dashboard/bots/{}/tools                   owner billing editor viewer
      GET    /dashboard/bots/{}/turns                   owner editor viewer
      GET    /dashboard/bots/{}/turns/{}                owner editor viewer
      POST   /dashboard/bots/{}/turns/{}/give-up        owner billing editor
      POST   /dashboard/bots/{}/turns/{}/resume         owner billing editor
      GET    /dashboard/tools                           owner billing editor viewer
      POST   /dashboard/tools                           owner editor
      GET    /dashboard/tools/{}                        owner billing editor viewer
      POST   /dashboard/tools/{}/delete                 owner editor
      POST   /dashboard/tools/{}/http                   owner editor
      POST   /dashboard/tools/{}/http/{}                owner billing editor
      POST   /dashboard/tools/{}/http/{}/delete         owner editor
      POST   /dashboard/tools/{}/mcp                    owner editor
      POST   /dashboard/tools/{}/mcp/{}/delete          owner editor
      POST   /dashboard/tools/{}/mcp/{}/{}              owner billing editor
      GET    /dashboard/audit                           owner billing
      GET    /dashboard/billing                         owner billing
      POST   /dashboard/billing/auto-reload             owner billing
      POST   /dashboard/billing/deposit                 owner billing
      POST   /dashboard/billing/limits                  owner billing
      POST   /dashboard/billing/plan                    owner billing
      GET    /dashboard/keys                            owner billing editor viewer
      POST   /dashboard/keys                            owner billing editor
      POST   /dashboard/keys/{}/withdraw                owner billing editor
      GET    /dashboard/ledger                          owner billing
      GET    /dashboard/ledger.csv                      owner billing
      GET    /dashboard/models                          owner billing editor viewer
      GET    /dashboard/team                            owner billing editor viewer
      POST   /dashboard/team/add                        owner
      POST   /dashboard/team/{}/remove                  owner
      POST   /dashboard/team/{}/role                    owner
      GET    /dashboard/usage                           owner billing
      GET    /dashboard/usage.csv                       owner billing
      GET    /dashboard/webhooks                        owner billing
      POST   /dashboard/webhooks                        owner billing
      GET    /dashboard/webhooks/{}                     owner billing
      POST   /dashboard/webhooks/{}                     owner billing
      POST   /dashboard/webhooks/{}/delete              owner billing
      POST   /dashboard/webhooks/{}/deliveries/{}/retry owner billing
      POST   /dashboard/webhooks/{}/ping                owner billing
      POST   /graphql                                   anybody
      POST   /v1/chat/completions                       owner editor
      GET    /                                          anybody
      GET    /v1/models                                 owner billing editor viewer
      GET    /v1/models/{}                              owner billing editor viewer
      """;

  /// What belongs to no team.
  private static final List<String> OF_NO_TEAM =
      List.of("/health", "/prometheus", "/openapi", "/docs", "/assets");

  private static final List<String> ROLES = List.of("owner", "billing", "editor", "viewer");

  private static TestingServer server;
  private static Map<String, Set<String>> rules;
  private static List<Route> routes;
  private static TestingTeam team;
  private static Map<String, TestingMember> members;
  private static Map<String, TestingBrowser> browsers;
  private static Map<String, String> kept;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    rules =
        TABLE.lines().map(String::strip).collect(Collectors.toMap(RolesTest::key, RolesTest::may));
    routes =
        TestingRoutes.all(server).stream()
            .filter(route -> OF_NO_TEAM.stream().noneMatch(route.template()::startsWith))
            .toList();
    team = server.register();
    members = new HashMap<>();
    browsers = new HashMap<>();
    for (var role : ROLES) {
      var member = TestingMember.of(server, team, role);
      members.put(role, member);
      browsers.put(role, TestingBrowser.signedIn(server, member.own()).lookingAt(team));
    }
    kept = newIds();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String key(String row) {
    return Arrays.stream(row.split(" +")).limit(2).collect(Collectors.joining(" "));
  }

  private static Set<String> may(String row) {
    return Arrays.stream(row.split(" +")).skip(2).collect(Collectors.toSet());
  }

  /// Reading the head of something is reading it.
  private static String key(Route route) {
    var method = route.method().equals("HEAD") ? "GET" : route.method();
    return method + " " + route.template().replaceAll("\\{[^}]*}", "{}");
  }

  @Test
  void everyRouteHasARule() {
    assertThat(routes).isNotEmpty();
    assertThat(routes.stream().map(RolesTest::key))
        .as("routes without a rule: say in the table who may")
        .isSubsetOf(rules.keySet());
  }

  static Stream<Arguments> routesAndRoles() {
    return routes.stream()
        .filter(route -> !rules.getOrDefault(key(route), Set.of()).contains("anybody"))
        .flatMap(route -> ROLES.stream().map(role -> Arguments.of(route, role)));
  }

  @ParameterizedTest
  @MethodSource("routesAndRoles")
  void aRouteIsForItsRoles(Route route, String role) {
    var roles = rules.getOrDefault(key(route), Set.of());
    boolean may = roles.contains(role);

    var isPage = route.template().startsWith("/dashboard");
    var answer = isPage ? browse(route, role) : send(route, role);

    if (may) {
      assertThat(answer.status()).as(answer.text()).isNotIn(401, 403).isLessThan(500);
    } else if (roles.contains("operator")) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(403);
      assertThat(answer.errorCode()).isEqualTo("operator_only");
    } else {
      assertThat(answer.status()).as(answer.text()).isEqualTo(403);
      if (isPage) {
        assertThat(answer.text()).contains("Your role '" + role + "' may not ");
      } else if (!route.method().equals("HEAD")) {
        assertThat(answer.errorCode()).isEqualTo("role_not_sufficient");
        assertThat(answer.json().at("/error/details/role").textValue()).isEqualTo(role);
      }
    }
  }

  /// As [#send], in the browser of a member who looks at the team.
  private static TestingAnswer browse(Route route, String role) {
    var browser = Objects.requireNonNull(browsers.get(role));
    var path = route.path(ids(route));
    return route.method().equals("POST") ? browser.post(path) : browser.get(path);
  }

  private static TestingAnswer send(Route route, String role) {
    var member = Objects.requireNonNull(members.get(role));
    boolean hasBody = List.of("POST", "PUT", "PATCH").contains(route.method());
    var request =
        HttpRequest.newBuilder(URI.create(server.address() + route.path(ids(route))))
            .header("Authorization", "Bearer " + member.own().accessToken())
            .header("X-Team-Id", team.id().toString())
            .header("Content-Type", "application/json")
            .method(
                route.method(), hasBody ? BodyPublishers.ofString("{}") : BodyPublishers.noBody());
    return server.send(request.build());
  }

  private static Map<String, String> ids(Route route) {
    // A team may have so many webhooks; of one that is gone a refusal is for the role as well.
    var isDeleted =
        route.template().endsWith("/delete") && !route.template().startsWith("/dashboard/webhooks");
    return route.method().equals("DELETE") || isDeleted ? newIds() : kept;
  }

  /// Things that are there, so that a refusal is for the role, and that may be deleted.
  private static Map<String, String> newIds() {
    var bot = TestingBot.draft(server, team, "");
    var ids = new HashMap<String, String>();
    ids.put("id", bot.id());
    ids.put(
        "/api/keys/{id} id",
        server
            .post("/api/keys", team.accessToken(), "{\"name\":\"spare\"}")
            .json()
            .path("id")
            .textValue());
    ids.put("keyId", Objects.requireNonNull(ids.get("/api/keys/{id} id")));
    var spare = UUID.randomUUID() + "@example.com";
    var member = TestingMember.add(server, team, spare, "viewer").json().path("id").textValue();
    ids.put("/api/team/members/{id} id", member);
    ids.put("memberId", member);
    ids.put(
        "endpointId",
        server
            .post(
                "/api/webhook-endpoints", team.accessToken(), "{\"url\":\"https://192.0.43.8/in\"}")
            .json()
            .path("id")
            .textValue());
    var none = "0".repeat(32);
    ids.put("deliveryId", "whd_" + none);
    ids.put("conversationId", "bconv_" + none);
    ids.put("turnId", "turn_" + none);
    ids.put("platformUserId", "ada");
    var workspace = madeIn("/api/workspaces", "{\"name\":\"Shop\"}");
    var below = "/api/workspaces/" + workspace;
    ids.put("workspaceId", workspace);
    ids.put(
        "toolId", madeIn(below + "/tools", "{\"name\":\"t\",\"url\":\"https://192.0.43.8/in\"}"));
    ids.put(
        "serverId",
        madeIn(below + "/mcp-servers", "{\"name\":\"m\",\"url\":\"https://mcp.invalid/\"}"));
    ids.put("toolName", "search");
    return ids;
  }

  private static String madeIn(String path, String json) {
    return server.post(path, team.accessToken(), json).json().path("id").textValue();
  }
}
