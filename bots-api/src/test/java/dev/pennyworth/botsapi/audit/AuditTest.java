package dev.pennyworth.botsapi.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingMember;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who changed what, from which value to which.
final class AuditTest {
  private static TestingServer server;
  private TestingTeam team;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    team = server.register();
  }

  @Test
  void aChangedCapIsKeptWithWhoAndFromWhatToWhat() {
    var bot = TestingBot.draft(server, team, "\"spending_cap_cents\":100");
    bot.owner("PATCH", "", "{\"spending_cap_cents\":250.5}");

    var entry = newest("bot.caps_changed");

    assertThat(entry.path("id").textValue()).matches("audit_[0-9a-f]{32}");
    assertThat(entry.path("at").textValue()).isEqualTo(server.clock().instant().toString());
    assertThat(entry.path("subject").textValue()).isEqualTo(bot.id());
    assertThat(entry.at("/from/spending_cap_cents").asText()).isEqualTo("100");
    assertThat(entry.at("/to/spending_cap_cents").asText()).isEqualTo("250.5");
    assertThat(entry.at("/actor/type").textValue()).isEqualTo("user");
    assertThat(entry.at("/actor/email").textValue()).isEqualTo(team.email());
    assertThat(entry.at("/actor/user_id").textValue()).matches("usr_[0-9a-f]{32}");
    assertThat(entry.at("/actor/key_id").isNull()).isTrue();
  }

  @Test
  void aChangeByApiKeyNamesTheKey() {
    var key = server.post("/api/keys", team.accessToken(), "{\"name\":\"ci\"}").json();
    var bot = TestingBot.draft(server, team, "");

    server.patch(
        "/api/bots/" + bot.id(), key.path("key").textValue(), "{\"spending_cap_cents\":1}");

    var actor = newest("bot.caps_changed").path("actor");
    assertThat(actor.path("type").textValue()).isEqualTo("api_key");
    assertThat(actor.path("key_id").textValue()).isEqualTo(key.path("id").textValue());
    assertThat(actor.path("email").textValue()).isEqualTo(team.email());
  }

  @Test
  void whateverIsDoneToABotLeavesItsEntryAndNoSecret() {
    var bot = TestingBot.draft(server, team, "\"llm_api_key\":\"sk-first\"");
    bot.owner("POST", "/activate", "");
    bot.owner("PATCH", "", "{\"llm_api_key\":\"sk-second\"}");
    var rotated =
        bot.owner("POST", "/webhook-secret", "").json().path("webhook_secret").textValue();
    bot.owner("PATCH", "", "{\"spending_caps\":[{\"period\":\"day\",\"cents\":7}]}");
    bot.owner(
        "PATCH",
        "",
        "{\"billing_mode\":\"byok\",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\"}");
    bot.owner("POST", "/pause", "");
    bot.owner("DELETE", "", "");

    var text = server.get("/api/audit", team.accessToken()).text();

    assertThat(actions(""))
        .containsExactly(
            "bot.deleted",
            "bot.paused",
            "bot.billing_mode_changed",
            "bot.caps_changed",
            "bot.webhook_secret_rotated",
            "bot.secrets_changed",
            "bot.activated",
            "bot.created");
    assertThat(text).doesNotContain("sk-first", "sk-second", rotated, bot.webhookSecret());
    assertThat(text).doesNotContain("Be brief.");
    var secrets = newest("bot.secrets_changed");
    assertThat(secrets.at("/from/llm_api_key").textValue())
        .isNotBlank()
        .isNotEqualTo(secrets.at("/to/llm_api_key").textValue());
    var mode = newest("bot.billing_mode_changed");
    assertThat(mode.at("/from/billing_mode").textValue()).isEqualTo("wallet");
    assertThat(mode.at("/to/billing_mode").textValue()).isEqualTo("byok");
  }

  @Test
  void keysAndMembersLeaveTheirEntries() {
    var key = server.post("/api/keys", team.accessToken(), "{\"name\":\"ci\"}").json();
    server.delete("/api/keys/" + key.path("id").textValue(), team.accessToken());
    var member = TestingMember.of(server, team, "editor");
    var path = "/api/team/members/" + member.id();
    var theirs = member.newKey();
    server.patch(path, team.accessToken(), "{\"role\":\"billing\"}");
    server.delete(path, team.accessToken());

    assertThat(actions(""))
        .containsExactly(
            "member.removed",
            "key.deleted",
            "member.role_changed",
            "key.created",
            "member.added",
            "key.deleted",
            "key.created");
    var role = newest("member.role_changed");
    assertThat(role.at("/from/role").textValue()).isEqualTo("editor");
    assertThat(role.at("/to/role").textValue()).isEqualTo("billing");
    assertThat(role.at("/to/email").textValue()).isEqualTo(member.own().email());
    assertThat(newest("key.deleted").path("subject").textValue())
        .isEqualTo(theirs.path("id").textValue());
    assertThat(server.get("/api/audit", team.accessToken()).text())
        .doesNotContain(key.path("key").textValue(), theirs.path("key").textValue());
  }

  @Test
  void anInvitationAndWhoFollowsItLeaveTheirEntries() {
    var email = UUID.randomUUID() + "@example.com";
    TestingMember.add(server, team, email, "viewer");
    server.post(
        "/api/auth/register",
        "",
        "{\"email\":\"%s\",\"password\":\"correct horse battery\"}".formatted(email));

    assertThat(actions("")).containsExactly("member.joined", "member.invited");
    assertThat(newest("member.joined").at("/actor/email").textValue()).isEqualTo(email);
  }

  @Test
  void whatChangesNothingOrIsRefusedLeavesNone() {
    var bot = TestingBot.draft(server, team, "\"spending_cap_cents\":100");
    var viewer = TestingMember.of(server, team, "viewer");
    var before = actions("");

    bot.owner("PATCH", "", "{\"spending_cap_cents\":100,\"name\":\"New\"}");
    bot.owner("PATCH", "", "{\"spending_cap_cents\":200,\"llm_model\":\"unheard-of\"}");
    bot.owner("POST", "/pause", "");
    bot.owner("POST", "/pause", "");
    viewer.patch("/api/bots/" + bot.id(), "{\"spending_cap_cents\":200}");

    assertThat(actions("").subList(1, before.size() + 1)).isEqualTo(before);
    assertThat(actions("").getFirst()).isEqualTo("bot.paused");
  }

  @Test
  void anEntryIsThereOnlyIfTheChangeIs() {
    var bot = TestingBot.draft(server, team, "");
    var audit = server.bean(JdbcAudit.class);

    assertThatThrownBy(() ->
            server
                .bean(Jdbi.class)
                .useTransaction(tx -> {
                  audit.record(
                      tx, team.id(), Actor.SYSTEM, AuditAction.PLAN_CHANGED, bot.id(), null, "pro");
                  throw new IllegalStateException("the change failed");
                }))
        .hasMessage("the change failed");

    assertThat(actions("")).containsExactly("bot.created");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry"
      })
  void theDatabaseRefusesToChangeAnEntry(String sql) {
    TestingBot.draft(server, team, "");

    assertThatThrownBy(
            () -> server.bean(Jdbi.class).useHandle(handle -> handle.createUpdate(sql).execute()))
        .hasMessageContaining("append-only");
  }

  @Test
  void entriesAreFoundByActionAndByActor() {
    var bot = TestingBot.draft(server, team, "");
    var member = TestingMember.of(server, team, "editor");
    var key = member.newKey();
    server.patch(
        "/api/bots/" + bot.id(), key.path("key").textValue(), "{\"spending_cap_cents\":1}");

    assertThat(actions("?action=bot.created")).containsExactly("bot.created");
    assertThat(actions("?actor=" + member.id())).containsExactly("bot.caps_changed", "key.created");
    assertThat(actions("?actor=" + key.path("id").textValue())).containsExactly("bot.caps_changed");
    assertThat(actions("?actor=" + member.id() + "&action=key.created"))
        .containsExactly("key.created");
    assertThat(server.get("/api/audit?action=bot.loved", team.accessToken()).status())
        .isEqualTo(422);
    assertThat(server.get("/api/audit?actor=ada", team.accessToken()).status()).isEqualTo(422);
  }

  @Test
  void entriesAreReadPageByPageNewestFirst() {
    for (int i = 0; i < 5; i++) {
      server.post("/api/keys", team.accessToken(), "{\"name\":\"key " + i + "\"}");
    }
    var names = new ArrayList<String>();
    var cursor = "";
    do {
      var page = server.get("/api/audit?limit=2" + cursor, team.accessToken()).json();
      page.path("entries").forEach(entry -> names.add(entry.at("/to/name").textValue()));
      var next = page.path("next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.textValue();
    } while (!cursor.isEmpty());

    assertThat(names).containsExactly("key 4", "key 3", "key 2", "key 1", "key 0");
  }

  private List<String> actions(String query) {
    return server
        .get("/api/audit" + query, team.accessToken())
        .json()
        .required("entries")
        .findValuesAsText("action");
  }

  private JsonNode newest(String action) {
    return server
        .get("/api/audit?action=" + action, team.accessToken())
        .json()
        .required("entries")
        .required(0);
  }
}
