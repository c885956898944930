package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Owners name the endpoints of their programs; private networks are not allowed here.
final class WebhookEndpointsTest {
  private static final String URL = "https://93.184.215.14/hook";

  private static TestingServer server;
  private TestingEvents events;

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
    events = new TestingEvents(server, server.register());
  }

  private TestingAnswer post(String json) {
    return server.post("/api/webhook-endpoints", events.key(), json);
  }

  @Test
  void aNewEndpointShowsItsSecretOnceAndNowhereElse() {
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(log);

    var made = post("{\"url\":\"" + URL + "\"}");
    server.post(
        "/api/webhook-endpoints/" + made.json().path("id").asText() + "/test", events.key(), "");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().path("id").asText()).startsWith("whe_");
    assertThat(made.json().path("url").asText()).isEqualTo(URL);
    var secret = made.json().path("secret").asText();
    assertThat(secret).startsWith("whsec_");
    root.detachAppender(log);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(it -> it.contains(secret));
    for (var path :
        List.of(
            "/api/webhook-endpoints",
            "/api/webhook-endpoints/" + made.json().path("id").asText(),
            "/api/webhook-endpoints/" + made.json().path("id").asText() + "/deliveries",
            "/api/events")) {
      assertThat(server.get(path, events.key()).text()).doesNotContain("whsec_", secret);
    }
    assertThat(storedSecret()).doesNotContain(secret).doesNotContain("whsec_");
  }

  private String storedSecret() {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery(
                    "SELECT encode(sealed_secret, 'escape') FROM webhook_endpoint WHERE team_id = :t")
                .bind("t", events.team().id().uuid())
                .mapTo(String.class)
                .one());
  }

  @Test
  void theListShowsEachEndpointWithItsStatus() {
    var made = events.endpoint(URL, ",\"events\":[\"bot.*\",\"ping\"]");

    var listed = events.get("/api/webhook-endpoints").at("/webhook_endpoints/0");

    assertThat(listed.path("id").asText()).isEqualTo(made.id());
    assertThat(listed.path("status").asText()).isEqualTo("enabled");
    assertThat(listed.path("events"))
        .extracting(it -> it.asText())
        .containsExactly("bot.*", "ping");
    assertThat(listed.required("last_delivery").isNull()).isTrue();
    assertThat(listed.required("disabled_reason").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no.such.type", "nothing.*", "*.threshold", "bot.*.threshold", ""})
  void aTypeThatNobodyKnowsIsRefusedWithTheKnownOnes(String type) {
    var answer = post("{\"url\":\"" + URL + "\",\"events\":[\"" + type + "\"]}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errorCode()).isEqualTo("invalid_value");
    if (!type.isEmpty()) {
      assertThat(answer.json().at("/error/details/allowed"))
          .extracting(it -> it.asText())
          .contains("bot.cap.threshold", "ping");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/x",
        "http://localhost:8080/x",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "https://user:password@example.com/",
        "https://example.com/#part",
        "ftp://example.com/",
        "example.com/hook",
        "https://",
        "https://exa mple.com/"
      })
  void anAddressThatMayNotBeCalledIsRefused(String url) {
    var answer = post("{\"url\":\"" + url + "\"}");

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().at("/error/details/field").asText()).isEqualTo("url");
  }

  @Test
  void anAddressThatTurnedPrivateIsNotCalled() {
    try (var receiver = new TestingReceiver()) {
      var endpoint = events.endpoint(URL, "");
      turnTo(receiver.url());

      server.post(endpoint.path() + "/test", events.key(), "");

      var delivery = events.awaitDelivery(endpoint, "pending", 1);
      assertThat(delivery.path("error").asText()).contains("private network");
      turnTo(receiver.url().replace("127.0.0.1", "localhost"));
      server.post(endpoint.path() + "/test", events.key(), "");
      assertThat(events.awaitDelivery(endpoint, "pending", 1).path("error").asText())
          .contains("private network");
      assertThat(receiver.arrived()).isEmpty();
    }
  }

  private void turnTo(String url) {
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle
                .createUpdate("UPDATE webhook_endpoint SET url = :url WHERE team_id = :t")
                .bind("url", url)
                .bind("t", events.team().id().uuid())
                .execute());
  }

  @Test
  void aTeamHasTwentyEndpointsAtMost() {
    for (int i = 0; i < 20; i++) {
      events.endpoint(URL, "");
    }

    var answer = post("{\"url\":\"" + URL + "\"}");

    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.errorCode()).isEqualTo("too_many_webhook_endpoints");
    assertThat(events.get("/api/webhook-endpoints").path("webhook_endpoints")).hasSize(20);
  }

  @Test
  void theSameIdempotencyKeyMakesOneEndpoint() {
    var json = "{\"url\":\"" + URL + "\"}";
    var token = events.key();

    var one = server.post("/api/webhook-endpoints", token, json, "Idempotency-Key", "k");
    var two = server.post("/api/webhook-endpoints", token, json, "Idempotency-Key", "k");

    assertThat(two.text()).isEqualTo(one.text());
    assertThat(events.get("/api/webhook-endpoints").path("webhook_endpoints")).hasSize(1);
  }

  @Test
  void aChangeKeepsWhatItDoesNotName() {
    var endpoint = events.endpoint(URL, ",\"events\":[\"bot.*\"]");

    var changed = server.patch(endpoint.path(), events.key(), "{\"url\":\"" + URL + "/2\"}");

    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.json().path("url").asText()).isEqualTo(URL + "/2");
    assertThat(changed.json().path("events"))
        .extracting(it -> it.asText())
        .containsExactly("bot.*");
    assertThat(server.patch(endpoint.path(), events.key(), "{\"nope\":1}").errorCode())
        .isEqualTo("unknown_field");
    assertThat(server.patch(endpoint.path(), events.key(), "{\"events\":[]}").status())
        .isEqualTo(422);
  }

  @Test
  void aDeletedEndpointIsGoneWithItsLog() {
    var endpoint = events.endpoint(URL, "");
    server.post(endpoint.path() + "/test", events.key(), "");

    assertThat(server.delete(endpoint.path(), events.key()).status()).isEqualTo(204);

    assertThat(server.get(endpoint.path(), events.key()).status()).isEqualTo(404);
    assertThat(server.delete(endpoint.path(), events.key()).status()).isEqualTo(404);
  }

  @Test
  void anotherTeamsEndpointIsNotFound() {
    var endpoint = events.endpoint(URL, "");
    var delivery =
        server.post(endpoint.path() + "/test", events.key(), "").json().path("id").asText();
    var stranger = new TestingEvents(server, server.register());
    var own = stranger.endpoint(URL, "");
    var token = stranger.key();

    assertThat(server.get(endpoint.path(), token).status()).isEqualTo(404);
    assertThat(server.patch(endpoint.path(), token, "{}").status()).isEqualTo(404);
    assertThat(server.delete(endpoint.path(), token).status()).isEqualTo(404);
    assertThat(server.post(endpoint.path() + "/test", token, "").status()).isEqualTo(404);
    assertThat(server.get(endpoint.path() + "/deliveries", token).status()).isEqualTo(404);
    for (var path : List.of(endpoint.path(), own.path())) {
      var retry = path + "/deliveries/" + delivery + "/retry";
      assertThat(server.post(retry, token, "").status()).isEqualTo(404);
    }
    assertThat(stranger.get("/api/events").path("events")).isEmpty();
    assertThat(server.get(endpoint.path(), events.key()).status()).isEqualTo(200);
  }

  @Test
  void onlyWhoMovesMoneyManagesEndpoints() {
    for (var role : Map.of("billing", 201, "editor", 403, "viewer", 403).entrySet()) {
      become(role.getKey());
      var answer = post("{\"url\":\"" + URL + "\"}");

      assertThat(answer.status()).as(role.getKey()).isEqualTo(role.getValue());
      int may = role.getValue() == 201 ? 200 : 403;
      assertThat(server.get("/api/webhook-endpoints", events.key()).status()).isEqualTo(may);
      assertThat(server.get("/api/events", events.key()).status()).isEqualTo(may);
    }
  }

  private void become(String role) {
    server
        .bean(Jdbi.class)
        .useHandle(handle ->
            handle
                .createUpdate("UPDATE team_member SET role = :role WHERE team_id = :t")
                .bind("role", role)
                .bind("t", events.team().id().uuid())
                .execute());
  }
}
