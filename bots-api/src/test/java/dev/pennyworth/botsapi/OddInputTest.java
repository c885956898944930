package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What nobody sends on purpose is refused with an error that says so, and is never our failure.
final class OddInputTest {
  private static final String HALF = "\\ud83d";

  private static TestingServer server;
  private static TestingBot bot;
  private static String turn = "";
  private static String conversation = "";

  @BeforeAll
  static void start() {
    server = TestingServer.start();
    bot = TestingBot.active(server, server.register(), "");
    var answer = bot.test("Hello?").json();
    turn = answer.path("turn_id").textValue();
    conversation = answer.path("conversation_id").textValue();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<String> oddBodies() {
    return Stream.of(
        "",
        " ",
        "[]",
        "[{}]",
        "null",
        "true",
        "7",
        "\"text\"",
        "{",
        "{}}",
        "{\"name\":\"a\"} {}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{'name':'a'}",
        "{\"name\":NaN}",
        "{\"name\":01}",
        "{\"spending_cap_cents\":1" + "0".repeat(400) + "}",
        "{\"spending_cap_cents\":1e400}",
        "{\"spending_cap_cents\":-1e400}",
        "{\"spending_cap_cents\":1e-400}",
        "{\"spending_cap_cents\":1e2147483648}",
        "{\"spending_cap_cents\":1e99999999999}",
        "{\"llm_config\":{\"temperature\":1e999999999}}",
        "[".repeat(100_000),
        "{\"llm_config\":" + "{\"a\":".repeat(200) + "1" + "}".repeat(201),
        "{\"\":1}",
        "{\"a\\u0000b\":1}",
        "{\"" + HALF + "\":1}",
        "{\"" + "a".repeat(99) + "\uD83D\uDE00\":1}",
        "{\"llm_config\":{\"" + HALF + "\":1}}",
        "{\"" + "a".repeat(100_000) + "\":1}",
        "{\"name\":\"\\u0000\"}",
        "\uFEFF");
  }

  @ParameterizedTest
  @MethodSource("oddBodies")
  void anOddBodyIsRefusedWhereverABodyIsRead(String body) {
    for (var path :
        new String[] {
          "/api/bots",
          "/api/bots/" + bot.id() + "/test",
          "/api/balance/deposit",
          "/api/keys",
          "/api/auth/register",
          "/api/auth/login"
        }) {
      assertRefused(server.post(path, bot.team().accessToken(), body));
    }
    assertRefused(bot.owner("PATCH", "", body));
    assertRefused(server.put("/api/balance/auto-reload", bot.team().accessToken(), body));
    assertRefused(bot.receive(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"name\":\"half \\ud83d\"",
        "\"system_prompt\":\"half \\udc00\"",
        "\"description\":\"half \\ud83d\"",
        "\"fallback_message\":\"half \\ud83d\"",
        "\"llm_model\":\"half \\ud83d\"",
        "\"timezone\":\"\\ud83d\"",
        "\"workspace_id\":\"\\ud83d\"",
        "\"platform\":\"\\ud83d\"",
        "\"llm_config\":{\"light_model\":\"\\ud83d\"}",
        "\"spending_caps\":[{\"period\":\"\\ud83d\",\"cents\":1}]"
      })
  void halfACharacterInASettingIsRefused(String field) {
    var body =
        "{\"llm_provider\":\"builtin\",%s%s%s%s,%s}"
            .formatted(
                field.startsWith("\"name") ? "" : "\"name\":\"Bot\",",
                field.startsWith("\"platform") ? "" : "\"platform\":\"custom\",",
                field.startsWith("\"system_prompt") ? "" : "\"system_prompt\":\"Be brief.\",",
                field.startsWith("\"llm_model")
                    ? "\"description\":null"
                    : "\"llm_model\":\"pennyworth-mini\"",
                field);

    assertRefused(server.post("/api/bots", bot.team().accessToken(), body));
    assertRefused(bot.owner("PATCH", "", "{" + field + "}"));
  }

  @Test
  void halfACharacterInASecretIsRefused() {
    assertRefused(bot.owner("PATCH", "", "{\"llm_api_key\":\"sk-\\ud83d\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x"
      })
  void anotherContentTypeIsRefused(String contentType) {
    var body = TestingBot.body("");

    assertRefused(
        server.post("/api/bots", bot.team().accessToken(), body, "Content-Type", contentType));
  }

  @Test
  void bytesThatAreNoUtf8AreRefused() {
    var request =
        HttpRequest.newBuilder(server.address().resolve("/api/bots"))
            .header("Authorization", "Bearer " + bot.team().accessToken())
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofByteArray(
                    "{\"name\":\"\u00FF\"}".getBytes(StandardCharsets.ISO_8859_1)))
            .build();

    assertRefused(server.send(request));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%00",
        "bt_",
        "bt_0",
        "bt_gggggggggggggggggggggggggggggggg",
        "%F0%9F%98%80",
        "%ED%A0%80",
        "%ff",
        "..%2F..",
        "a b",
        "' OR 1=1"
      })
  void anOddIdIsNotFound(String id) {
    var written = id.replace(" ", "%20").replace("'", "%27");
    for (var path :
        new String[] {
          "/api/bots/" + written,
          "/api/bots/" + bot.id() + "/turns/" + written,
          "/api/bots/" + bot.id() + "/conversations/" + written + "/messages",
          "/api/bots/" + bot.id() + "/turns?conversation_id=" + written,
          "/api/ledger?bot_id=" + written,
          "/checkout/" + written + "/" + written
        }) {
      assertRefused(server.get(path, bot.team().accessToken()));
    }
    assertThat(bot.owner("DELETE", "/end-users/" + written, "").status()).isLessThan(500);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1e1",
        "limit=+5",
        "limit=%D9%A5",
        "cursor=",
        "cursor=x",
        "cursor=!!!",
        "cursor=%00",
        "cursor=AAAA"
      })
  void anOddPageIsRefused(String query) {
    for (var list :
        new String[] {
          "/api/bots",
          "/api/keys",
          "/api/teams",
          "/api/team/members",
          "/api/audit",
          "/api/ledger",
          "/api/bots/" + bot.id() + "/turns",
          "/api/bots/" + bot.id() + "/conversations",
          "/api/bots/" + bot.id() + "/conversations/" + conversation + "/messages"
        }) {
      assertRefused(server.get(list + "?" + query, bot.team().accessToken()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1/\0", "1/in\0", "1/sideways", "999999999999999999/in", "-1/in", "1"})
  void aCursorThatWeDidNotWriteIsNoFailureOfOurs(String key) {
    var cursor =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(key.getBytes(StandardCharsets.UTF_8));

    assertThat(bot.get("/conversations/" + conversation + "/messages?cursor=" + cursor).status())
        .isLessThan(500);
    assertThat(bot.ledger("?cursor=" + cursor).status()).isLessThan(500);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from=yesterday",
        "to=2026-02-30",
        "from=2026-03-15&to=2026-03-14",
        "from=2020-01-01",
        "from=%00",
        "from=",
        "from=%2B999999999-12-31&to=%2B999999999-12-31",
        "from=-999999999-01-01&to=-999999999-01-01",
        "from=%2B12026-01-01&to=%2B12026-01-02",
        "from=-4800-01-01&to=-4800-01-02"
      })
  void anOddRangeOfDaysIsRefused(String query) {
    assertRefused(bot.get("/analytics?" + query));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "from=yesterday",
        "to=2026-02-30",
        "from=",
        "kind=theft",
        "kind=",
        "bot_id=",
        "from=%2B999999999-12-31",
        "to=%2B999999999-12-31",
        "from=-999999999-01-01",
        "from=%2B1000000000-12-31T23:59:59Z",
        "to=-1000000000-01-01T00:00:00Z",
        "from=2026-03-14T09:26:53"
      })
  void anOddFilterOfTheLedgerIsRefused(String query) {
    assertRefused(bot.ledger("?" + query));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b"})
  void anOddIdempotencyKeyIsRefused(String key) {
    assertRefused(
        server.post(
            "/api/bots", bot.team().accessToken(), TestingBot.body(""), "Idempotency-Key", key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "x", "Bearer \u00FC"})
  void anOddAuthorizationIsUnauthorized(String authorization) {
    var answer = server.get("/api/bots", "", "Authorization", authorization);

    assertThat(answer.status()).isEqualTo(401);
    answer.errorCode();
  }

  @Test
  void anotherMethodIsRefused() {
    assertRefused(server.put("/api/bots", bot.team().accessToken(), "{}"));
    assertRefused(server.delete("/api/ledger", bot.team().accessToken()));
    assertRefused(bot.owner("POST", "/turns/" + turn, "{}"));
  }

  private static void assertRefused(TestingAnswer answer) {
    assertThat(answer.status()).as(answer.text()).isBetween(400, 499);
    assertThat(answer.errorCode()).isNotBlank();
    assertThat(answer.text()).doesNotContain("Exception").doesNotContain("jackson");
  }
}
