package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Plans, models and a team's plan by GraphQL.
final class GraphqlTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String SUBSCRIPTION =
      """
      query($teamId: ID!) { teamSubscription(teamId: $teamId) { plan status
        usage { creditsUsed creditsLimit percentUsed totalTokensUsed } } }
      """;

  private static TestingServer server;
  private static TestingTeam team;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    team = server.register();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void anybodyMayReadThePlans() {
    var answer =
        ask(
            "",
            "{ availablePlans { id name monthlyPrice creditsIncluded tokensIncluded features } }",
            Map.of());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text())
        .startsWith(
            "{\"data\":{\"availablePlans\":[{\"id\":\"free\",\"name\":\"Free\",\"monthlyPrice\":0,"
                + "\"creditsIncluded\":500,\"tokensIncluded\":10000,\"features\":[")
        .contains(
            "{\"id\":\"pro\",\"name\":\"Pro\",\"monthlyPrice\":149,\"creditsIncluded\":10000,"
                + "\"tokensIncluded\":2000000,\"features\":[");
  }

  @Test
  void anybodyMayReadWhatModelsCostExactly() {
    var answer =
        ask(
            "",
            "{ availableBaseModels { name provider creditInputPer1M creditOutputPer1M"
                + " creditCachedInputPer1M creditCacheReadPer1M creditCacheWritePer1M } }",
            Map.of());

    var models = server.get("/api/models", "").json().path("models");
    assertThat(answer.json().at("/data/availableBaseModels")).hasSameSizeAs(models);
    assertThat(answer.text())
        .contains(
            "{\"name\":\"gpt-4o-mini\",\"provider\":\"openai\",\"creditInputPer1M\":15,"
                + "\"creditOutputPer1M\":60,\"creditCachedInputPer1M\":7.5,"
                + "\"creditCacheReadPer1M\":7.5,\"creditCacheWritePer1M\":15}");
  }

  @Test
  void aMemberReadsWhatHisTeamUsedOfItsPlan() {
    var bot = TestingBot.draft(server, team, "\"billing_mode\":\"plan_quota\"");
    var turn = bot.test("Hello").json();

    var answer = ask(team.accessToken(), SUBSCRIPTION, Map.of("teamId", team.id().toString()));

    var subscription = answer.json().at("/data/teamSubscription");
    assertThat(subscription.path("plan").textValue()).isEqualTo("free");
    assertThat(subscription.path("status").textValue()).isEqualTo("active");
    assertThat(subscription.at("/usage/creditsUsed")).isEqualTo(turn.path("cost_cents"));
    assertThat(subscription.at("/usage/creditsLimit").intValue()).isEqualTo(500);
    assertThat(subscription.at("/usage/percentUsed").isNumber()).isTrue();
    assertThat(subscription.at("/usage/totalTokensUsed"))
        .isEqualTo(turn.at("/token_breakdown/total"));
    assertThat(answer.json().has("errors")).isFalse();
  }

  @Test
  void anotherTeamIsNotToldFromOneThatDoesNotExist() {
    var other = server.register();

    var others = ask(team.accessToken(), SUBSCRIPTION, Map.of("teamId", other.id().toString()));
    var nobodys =
        ask(
            team.accessToken(),
            SUBSCRIPTION,
            Map.of("teamId", "team_00000000000070008000000000000001"));
    var nonsense = ask(team.accessToken(), SUBSCRIPTION, Map.of("teamId", "nonsense"));

    assertThat(others.status()).isEqualTo(200);
    assertThat(others.json().at("/data/teamSubscription").isNull()).isTrue();
    assertThat(others.json().at("/errors/0/extensions/code").textValue()).isEqualTo("not_found");
    assertThat(others.text()).isEqualTo(nobodys.text()).isEqualTo(nonsense.text());
  }

  @Test
  void nobodyReadsATeamsPlanWithoutSigningIn() {
    var answer = ask("", SUBSCRIPTION, Map.of("teamId", team.id().toString()));

    assertThat(answer.json().at("/data/teamSubscription").isNull()).isTrue();
    assertThat(answer.json().at("/errors/0/extensions/code").textValue()).isEqualTo("unauthorized");
  }

  @Test
  void aTokenThatIsNoneSignsNobodyIn() {
    var answer = ask("pwk_nothing", SUBSCRIPTION, Map.of("teamId", team.id().toString()));

    assertThat(answer.json().at("/data/teamSubscription").isNull()).isTrue();
    assertThat(answer.json().at("/errors/0/extensions/code").textValue()).isEqualTo("unauthorized");
  }

  @Test
  void anApiKeySignsInAsWell() {
    var key =
        server
            .post("/api/keys", team.accessToken(), "{\"name\":\"GraphQL\"}")
            .json()
            .path("key")
            .textValue();

    var answer = ask(key, SUBSCRIPTION, Map.of("teamId", team.id().toString()));

    assertThat(answer.json().at("/data/teamSubscription/plan").textValue()).isEqualTo("free");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{ availablePlans { secret } }", "{ availablePlans", "{ nothing }", "}{"})
  void aQueryThatCannotBeIsAnErrorOfGraphql(String query) {
    var answer = ask("", query, Map.of());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/errors/0/message").isTextual()).isTrue();
    assertThat(answer.text()).doesNotContain("dev.pennyworth", "Exception");
  }

  @Test
  void aQueryOfTooManyFieldsIsRefused() {
    var many = new StringBuilder("{");
    for (int i = 0; i < 151; i++) {
      many.append(" a%d: availablePlans { id }".formatted(i));
    }

    var answer = ask("", many.append(" }").toString(), Map.of());

    assertThat(answer.json().at("/errors/0/message").textValue()).contains("complexity");
    assertThat(answer.text()).doesNotContain("\"free\"");
  }

  @Test
  void aQueryThatGoesTooDeepIsRefused() {
    var query =
        "{ __schema { types { fields { type "
            + "{ ofType ".repeat(20)
            + "{ name }"
            + " }".repeat(20)
            + " } } } }";

    var answer = ask("", query, Map.of());

    assertThat(answer.json().at("/errors/0/message").isTextual()).isTrue();
    assertThat(answer.json().path("data").path("__schema").isMissingNode()).isTrue();
  }

  @Test
  void aQueryThatIsTooLongIsRefused() {
    assertThat(ask("", "{ availablePlans { id } }" + " ".repeat(10_000), Map.of()).status())
        .isEqualTo(422);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{\"question\":\"why\"}", "nothing"})
  void aBodyThatIsNoQueryIsRefused(String body) {
    assertThat(server.post("/graphql", "", body).status()).isEqualTo(400);
  }

  @Test
  void toolsMayReadTheSchema() {
    var answer = ask("", "{ __schema { queryType { fields { name } } } }", Map.of());

    assertThat(answer.json().at("/data/__schema/queryType/fields").findValuesAsText("name"))
        .containsExactlyInAnyOrder("availablePlans", "availableBaseModels", "teamSubscription");
  }

  private static TestingAnswer ask(String token, String query, Map<String, String> variables) {
    var body = MAPPER.createObjectNode().put("query", query);
    body.set("variables", MAPPER.valueToTree(variables));
    return server.post("/graphql", token, body.toString());
  }
}
