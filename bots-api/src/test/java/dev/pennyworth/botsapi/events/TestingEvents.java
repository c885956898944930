package dev.pennyworth.botsapi.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.billing.Event;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.billing.JdbcEvents;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// A team's events and endpoints, as a test handles them.
///
/// @param key an API key: unlike an access token it outlives days of a test's clock
record TestingEvents(TestingServer server, TestingTeam team, String key) {
  static final Map<String, Object> LOW_BALANCE =
      Map.of("available_nanos", 1_234_567_891L, "threshold_nanos", 2_000_000_000L);

  TestingEvents(TestingServer server, TestingTeam team) {
    this(server, team, keyOf(server, team));
  }

  private static String keyOf(TestingServer server, TestingTeam team) {
    return server
        .post("/api/keys", team.accessToken(), "{\"name\":\"events\"}")
        .json()
        .path("key")
        .textValue();
  }

  /// An endpoint as it was made.
  record Endpoint(String id, String secret) {
    String path() {
      return "/api/webhook-endpoints/" + id;
    }
  }

  /// Writes an event, as billing does, in a commit of its own.
  void happen(EventType type, String sourceKey, Map<String, Object> facts) {
    server
        .bean(Jdbi.class)
        .useTransaction(tx ->
            server.bean(JdbcEvents.class).append(tx, team.id(), new Event(type, sourceKey, facts)));
  }

  /// The wallet runs low, once more.
  void happen() {
    happen(EventType.WALLET_LOW_BALANCE, UUID.randomUUID().toString(), LOW_BALANCE);
  }

  Endpoint endpoint(String url, String more) {
    var answer =
        server.post("/api/webhook-endpoints", key, "{\"url\":\"" + url + "\"" + more + "}");
    if (answer.status() != 201) {
      throw new IllegalStateException(answer.text());
    }
    return new Endpoint(
        answer.json().path("id").textValue(), answer.json().path("secret").textValue());
  }

  JsonNode get(String path) {
    return server.get(path, key).json();
  }

  /// The newest delivery, once it is in this state and no attempt is under way.
  JsonNode awaitDelivery(Endpoint endpoint, String state, int attempts) {
    return awaitDelivery(endpoint, 0, state, attempts);
  }

  /// @param index 0 is the newest
  JsonNode awaitDelivery(Endpoint endpoint, int index, String state, int attempts) {
    Eventually.holds(
        "delivery %d is %s after %d".formatted(index, state, attempts),
        () -> {
          var delivery = delivery(endpoint, index);
          return delivery.path("state").asText().equals(state)
              && delivery.path("attempts").asInt() == attempts
              && isAtRest(delivery);
        });
    return delivery(endpoint, index);
  }

  /// A clock that is moved during an attempt lets its lease run out.
  private static boolean isAtRest(JsonNode delivery) {
    var next = delivery.path("next_attempt_at");
    return next.isNull()
        || Instant.parse(next.asText())
            .isAfter(Instant.parse(delivery.path("last_attempt_at").asText()));
  }

  private JsonNode delivery(Endpoint endpoint, int index) {
    return get(endpoint.path() + "/deliveries").path("deliveries").path(index);
  }
}
