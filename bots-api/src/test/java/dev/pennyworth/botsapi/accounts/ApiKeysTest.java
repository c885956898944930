package dev.pennyworth.botsapi.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ApiKeysTest {
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
  void aKeyIsShownOnceAndWorksAsABearer() {
    var created = create("laptop");
    var key = created.path("key").textValue();

    assertThat(created.path("id").textValue()).matches("key_[0-9a-f]{32}");
    assertThat(created.path("name").textValue()).isEqualTo("laptop");
    assertThat(key)
        .matches("pwk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}")
        .contains(team.id().toString().substring("team_".length()));
    var listed = server.get("/api/keys", key);
    assertThat(listed.status()).isEqualTo(200);
    assertThat(listed.text()).doesNotContain(key.substring(key.length() - 43));
    assertThat(listed.json().at("/keys/0/hint").textValue())
        .isEqualTo(key.substring(key.length() - 4));
  }

  @Test
  void theDatabaseKeepsOnlyAHashOfIt() {
    create("laptop");

    int length =
        server
            .bean(Jdbi.class)
            .withHandle(handle ->
                handle
                    .createQuery(
                        """
                        SELECT length(secret_hash)
                        FROM api_key
                        WHERE team_id = :team
                        """)
                    .bind("team", team.id().uuid())
                    .mapTo(Integer.class)
                    .one());
    assertThat(length).isEqualTo(32);
  }

  @Test
  void aKeyThatDiffersInOneLetterIsNone() {
    var key = create("laptop").path("key").textValue();
    var last = key.endsWith("A") ? "B" : "A";

    assertThat(server.get("/api/keys", key.substring(0, key.length() - 1) + last).status())
        .isEqualTo(401);
    assertThat(server.get("/api/keys", key.toUpperCase(Locale.ROOT)).status()).isEqualTo(401);
    assertThat(server.get("/api/keys", key.substring(0, 40)).status()).isEqualTo(401);
  }

  @Test
  void theSecretOfOneTeamOpensNoOther() {
    var mine = create("laptop").path("key").textValue();
    var other = server.register().id().toString().substring("team_".length());

    var forged = "pwk_" + other + mine.substring(mine.length() - 44);
    assertThat(server.get("/api/keys", forged).status()).isEqualTo(401);
  }

  @Test
  void aDeletedKeyStopsAtOnce() {
    var created = create("laptop");
    var path = "/api/keys/" + created.path("id").textValue();

    assertThat(server.delete(path, team.accessToken()).status()).isEqualTo(204);
    assertThat(server.get("/api/keys", created.path("key").textValue()).status()).isEqualTo(401);
    assertThat(server.delete(path, team.accessToken()).status()).isEqualTo(404);
  }

  @Test
  void anotherTeamsKeyIsNotThere() {
    var path = "/api/keys/" + create("laptop").path("id").textValue();
    var other = server.register();

    var answer = server.delete(path, other.accessToken());

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.errorCode()).isEqualTo("not_found");
    assertThat(server.get("/api/keys", other.accessToken()).json().path("keys")).isEmpty();
    assertThat(server.delete(path, team.accessToken()).status()).isEqualTo(204);
  }

  @Test
  void theLastUseIsNotedAtMostOnceAMinute() {
    try (var own = TestingServer.start()) {
      team = own.register();
      var key =
          own.post("/api/keys", team.accessToken(), "{\"name\":\"x\"}")
              .json()
              .path("key")
              .textValue();
      assertThat(lastUse(own)).isNull();

      own.get("/api/keys", key);
      var first = lastUse(own);
      own.clock().advance(Duration.ofSeconds(59));
      own.get("/api/keys", key);
      assertThat(lastUse(own)).isNotNull().isEqualTo(first);

      own.clock().advance(Duration.ofSeconds(1));
      own.get("/api/keys", key);
      assertThat(lastUse(own)).isNotEqualTo(first);
    }
  }

  private @Nullable String lastUse(TestingServer own) {
    return own.get("/api/keys", team.accessToken()).json().at("/keys/0/last_used_at").textValue();
  }

  @Test
  void aListIsReadPageByPage() {
    for (int i = 0; i < 5; i++) {
      create("key " + i);
    }
    var names = new ArrayList<String>();
    var cursor = "";
    do {
      var page = server.get("/api/keys?limit=2" + cursor, team.accessToken()).json();
      page.path("keys").forEach(key -> names.add(key.path("name").textValue()));
      cursor =
          page.path("next_cursor").isNull()
              ? ""
              : "&cursor=" + page.path("next_cursor").textValue();
    } while (!cursor.isEmpty());

    assertThat(names).containsExactly("key 4", "key 3", "key 2", "key 1", "key 0");
  }

  @Test
  void aNameHas1To100Characters() {
    assertThat(server.post("/api/keys", team.accessToken(), "{}").status()).isEqualTo(422);
    assertThat(server.post("/api/keys", team.accessToken(), "{\"name\":\"\"}").status())
        .isEqualTo(422);
    assertThat(
            server
                .post("/api/keys", team.accessToken(), "{\"name\":\"" + "x".repeat(101) + "\"}")
                .status())
        .isEqualTo(422);
  }

  @Test
  void whoLeavesTheTeamLosesTheirKeys() {
    var key = create("laptop").path("key").textValue();
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle
                .createUpdate(
                    """
                    DELETE FROM team_member
                    WHERE team_id = :team
                    """)
                .bind("team", team.id().uuid())
                .execute());

    assertThat(server.get("/api/keys", key).status()).isEqualTo(401);
    assertThat(server.get("/api/keys", team.accessToken()).status()).isEqualTo(401);
  }

  private JsonNode create(String name) {
    var answer = server.post("/api/keys", team.accessToken(), "{\"name\":\"%s\"}".formatted(name));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json();
  }
}
