package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a team used adds up to the same, however it is grouped: to what its ledger says.
final class UsageTest {
  private static TestingServer server;
  private static TestingTeam team;
  private static TestingBot first;
  private static TestingBot second;

  /// Two bots, two people, two days, a tool, an erased person and an owner's key.
  @BeforeAll
  static void spend() {
    server = TestingServer.start();
    team = server.register();
    first = TestingBot.active(server, team, "\"name\":\"=First\"");
    second =
        TestingBot.active(
            server,
            team,
            "\"name\":\"Second\",\"llm_provider\":\"builtin\","
                + "\"llm_model\":\"pennyworth-mini\",\"billing_mode\":\"byok\"");
    first.say("ann", "1", "Hello");
    first.say("bob", "2", "/tool current_time {}");
    second.say("ann", "3", "A longer message that costs a little more than the others do");
    server.clock().advance(Duration.ofDays(1));
    refresh();
    first.say("bob", "4", "Hello again");
    first.test("From the test endpoint");
    first.owner("DELETE", "/end-users/ann", "");
  }

  /// Access tokens end before a day does.
  private static void refresh() {
    var answer =
        server.post(
            "/api/auth/login",
            "",
            "{\"email\":\"%s\",\"password\":\"%s\"}".formatted(team.email(), TestingTeam.PASSWORD));
    team = TestingTeam.of(answer);
    first = first.as(team);
    second = second.as(team);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bot", "model", "day", "channel", "end_user", "tool", "purpose"})
  void theGroupsAddUpToTheTotalAndToTheLedger(String by) {
    var usage = usage("?group_by=" + by);

    assertThat(usage.path("group_by").textValue()).isEqualTo(by);
    assertThat(sum(usage.path("groups"), "/cost_cents"))
        .isEqualByComparingTo(usage.at("/total/cost_cents").decimalValue())
        .isEqualByComparingTo(sum(charges(), "/cost_cents"))
        .isPositive();
    assertThat(sum(usage.path("groups"), "/billed_cents"))
        .isEqualByComparingTo(usage.at("/total/billed_cents").decimalValue())
        .isEqualByComparingTo(sum(charges(), "/amount_cents").negate());
    for (var bucket : List.of("input", "output", "cache_read", "cache_write")) {
      assertThat(sum(usage.path("groups"), "/tokens/" + bucket))
          .isEqualByComparingTo(usage.at("/total/tokens/" + bucket).decimalValue())
          .isEqualByComparingTo(sum(charges(), "/tokens/" + bucket));
    }
    assertThat(sum(usage.path("groups"), "/calls").intValue())
        .isEqualTo(usage.at("/total/calls").intValue())
        .isEqualTo(charges().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bot", "day", "end_user"})
  void pagesOfOneGroupHoldTheSameGroups(String by) {
    var whole = usage("?group_by=" + by).path("groups");
    var paged = new ArrayList<JsonNode>();
    var cursor = "";
    do {
      var page = usage("?group_by=" + by + "&limit=1" + cursor);
      assertThat(page.path("groups")).hasSize(1);
      paged.add(page.path("groups").path(0));
      cursor =
          page.path("next_cursor").isNull()
              ? ""
              : "&cursor=" + page.path("next_cursor").textValue();
    } while (!cursor.isEmpty());

    assertThat(paged).hasSizeGreaterThan(1).containsExactlyElementsOf(whole);
  }

  @Test
  void theDearestGroupComesFirst() {
    var groups = usage("?group_by=end_user").path("groups");

    for (int i = 1; i < groups.size(); i++) {
      assertThat(groups.path(i).path("cost_cents").decimalValue())
          .isLessThanOrEqualTo(groups.path(i - 1).path("cost_cents").decimalValue());
    }
  }

  @Test
  void aPersonWhoWasErasedAppearsAsSuch() {
    var keys = usage("?group_by=end_user").path("groups").findValuesAsText("key");

    assertThat(keys).contains("custom/erased", "custom/bob");
    assertThat(usage("?group_by=channel").path("groups").findValuesAsText("key"))
        .contains("custom/erased", "custom/main");
  }

  @Test
  void anOwnersKeyCostsAndIsNotBilled() {
    for (var group : usage("?group_by=bot").path("groups")) {
      boolean isSecond = group.path("key").textValue().equals(second.id());
      assertThat(group.path("cost_cents").decimalValue()).isPositive();
      assertThat(group.path("billed_cents").decimalValue().signum()).isEqualTo(isSecond ? 0 : 1);
      assertThat(group.path("name").textValue()).isEqualTo(isSecond ? "Second" : "=First");
    }
  }

  @Test
  void aDayOfTheRangeIsTheSameDayOfTheBotsAnalytics() {
    var usage = usage("?group_by=bot&from=2026-03-15&to=2026-03-15");
    var analytics = first.get("/analytics?from=2026-03-15&to=2026-03-15").json();

    assertThat(usage.path("groups")).hasSize(1);
    assertThat(usage.at("/total/cost_cents")).isEqualTo(analytics.at("/summary/total_cost_cents"));
  }

  @Test
  void aTimeBoundsTheRangeToTheMoment() {
    var now = server.clock().instant();

    assertThat(usage("?from=" + now).at("/total/calls").intValue()).isEqualTo(2);
    assertThat(usage("?to=" + now).at("/total/calls").intValue()).isEqualTo(charges().size() - 2);
  }

  @Test
  void theCsvSaysTheSameAndDisarmsFormulas() {
    var csv = server.get("/api/usage?group_by=bot", team.accessToken(), "Accept", "text/csv");

    var lines = csv.text().split("\r\n", -1);
    assertThat(csv.header("Content-Type")).get().asString().startsWith("text/csv");
    assertThat(lines[0]).startsWith("bot,name,cost_cents,billed_cents,calls,tokens_input,");
    assertThat(lines).hasSize(4);
    assertThat(csv.text()).contains(first.id() + ",'=First,");
  }

  @Test
  void anotherTeamSeesNoneOfIt() {
    var other = server.register();

    var usage = server.get("/api/usage", other.accessToken()).json();

    assertThat(usage.path("groups")).isEmpty();
    assertThat(usage.at("/total/calls").intValue()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "group_by=colour",
        "from=yesterday",
        "to=9999-01-01",
        "limit=0",
        "cursor=nonsense",
        "cursor=LTEyMzQ1Njc4OTAxMjM0NTY3ODkw"
      })
  void aQueryThatCannotBeIsRefused(String query) {
    assertThat(server.get("/api/usage?" + query, team.accessToken()).status()).isEqualTo(422);
  }

  private static JsonNode usage(String query) {
    var answer = server.get("/api/usage" + query, team.accessToken());
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private static JsonNode charges() {
    return server
        .get("/api/ledger?kind=charge&limit=200", team.accessToken())
        .json()
        .path("entries");
  }

  private static BigDecimal sum(JsonNode rows, String pointer) {
    var sum = BigDecimal.ZERO;
    for (var row : rows) {
      sum = sum.add(row.at(pointer).decimalValue());
    }
    return sum;
  }
}
