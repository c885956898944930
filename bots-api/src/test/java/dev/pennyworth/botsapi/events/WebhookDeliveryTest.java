package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.billing.EventType;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.events.TestingReceiver.Answer;
import dev.pennyworth.botsapi.events.TestingReceiver.Arrived;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Events reach owners' programs: signed, at least once, on a bounded schedule.
final class WebhookDeliveryTest {
  private static TestingServer server;
  private TestingReceiver receiver;
  private TestingEvents events;

  @BeforeAll
  static void start() {
    server = TestingServer.start(Map.of("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true"));
  }

  private static void toTheRealTime() {
    var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    server.clock().advance(Duration.between(server.clock().instant(), now));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void register() {
    receiver = new TestingReceiver();
    events = new TestingEvents(server, server.register());
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void anEventArrivesSignedWithItsAmountsInCents() {
    toTheRealTime(); // at which the library that checks signatures looks
    var endpoint = events.endpoint(receiver.url(), "");

    events.happen();

    var arrived = receiver.await(1);
    assertThat(arrived.isSignedWith(endpoint.secret())).isTrue();
    assertThat(arrived.isSignedWith("whsec_" + "A".repeat(44))).isFalse();
    assertThat(arrived.id()).startsWith("evt_");
    assertThat(arrived.header("Content-Type")).startsWith("application/json");
    assertThat(arrived.json().path("type").asText()).isEqualTo("wallet.low_balance");
    assertThat(Instant.parse(arrived.json().path("timestamp").asText()))
        .isEqualTo(server.clock().instant());
    assertThat(arrived.body())
        .contains("\"available_cents\":123.4567891", "\"threshold_cents\":200")
        .doesNotContain("nanos");
    var delivery = events.awaitDelivery(endpoint, "delivered", 1);
    assertThat(delivery.path("response_status").asInt()).isEqualTo(204);
    assertThat(delivery.path("event_type").asText()).isEqualTo("wallet.low_balance");
    assertThat(delivery.path("next_attempt_at").isNull()).isTrue();
    assertThat(delivery.path("event_id").asText()).isEqualTo(arrived.id());
    assertThat(events.get("/api/events").at("/events/0/id").asText()).isEqualTo(arrived.id());
  }

  @Test
  void anEndpointHearsOnlyWhatItWants() {
    events.endpoint(receiver.url(), ",\"events\":[\"payment.*\",\"ping\"]");

    events.happen();
    events.happen(EventType.PAYMENT_SUCCEEDED, "payment", Map.of("amount_nanos", 5_000_000_000L));

    assertThat(receiver.await(1).json().path("type").asText()).isEqualTo("payment.succeeded");
    assertThat(receiver.arrived()).hasSize(1);
  }

  @Test
  void aPingGoesToTheEndpointThatAskedForItAlone() {
    var other = events.endpoint(receiver.url() + "/other", "");
    var endpoint = events.endpoint(receiver.url(), ",\"events\":[\"payment.*\"]");

    var answer = server.post(endpoint.path() + "/test", events.key(), "");

    assertThat(answer.status()).isEqualTo(202);
    assertThat(receiver.await(1).json().path("type").asText()).isEqualTo("ping");
    events.awaitDelivery(endpoint, "delivered", 1);
    assertThat(events.get(other.path() + "/deliveries").path("deliveries")).isEmpty();
  }

  @Test
  void fiftyEventsArriveEachThroughErrorsCutsAndTimeouts() {
    var troubled = ConcurrentHashMap.<String>newKeySet();
    receiver.answers(it -> troubled.add(it.id()) ? trouble(troubled.size()) : Answer.status(200));
    events.endpoint(receiver.url(), "");
    for (int i = 0; i < 50; i++) {
      events.happen();
    }
    receiver.await(50);
    var ids = Set.copyOf(troubled);

    Eventually.holds(
        "each was delivered",
        Duration.ofSeconds(60),
        () -> {
          server.clock().advance(Duration.ofSeconds(1));
          return count("delivered") == 50;
        });

    assertThat(ids).hasSize(50);
    assertThat(receiver.arrived().stream().map(Arrived::id)).isSubsetOf(ids);
    var byId = receiver.arrived().stream().collect(Collectors.groupingBy(Arrived::id));
    assertThat(byId.values()).allSatisfy(tries -> assertThat(tries).hasSizeGreaterThan(1));
  }

  private static Answer trouble(int n) {
    return n == 7 ? new Answer.Hang() : n % 2 == 0 ? new Answer.Cut() : Answer.status(500);
  }

  private long count(String state) {
    return events
        .get("/api/webhook-endpoints")
        .at("/webhook_endpoints/0/id")
        .asText()
        .transform(id -> events.get("/api/webhook-endpoints/" + id + "/deliveries?limit=200"))
        .path("deliveries")
        .valueStream()
        .filter(delivery -> delivery.path("state").asText().equals(state))
        .count();
  }

  @Test
  void everyAttemptHasTheSameIdAndATimestampOfItsOwn() {
    receiver.answer(Answer.status(500));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();
    events.awaitDelivery(endpoint, "pending", 1);
    server.clock().advance(Duration.ofSeconds(6));
    events.awaitDelivery(endpoint, "pending", 2);

    var first = receiver.arrived().get(0);
    var second = receiver.arrived().get(1);

    assertThat(second.id()).isEqualTo(first.id());
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(Long.parseLong(second.header("webhook-timestamp")))
        .isEqualTo(Long.parseLong(first.header("webhook-timestamp")) + 6);
  }

  @Test
  void theLogSaysInASentenceWhatWentWrongAndWhenItGoesOn() {
    receiver.answer(new Answer.Status(503, Map.of("Retry-After", "120"), "back\nsoon"));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();

    var delivery = events.awaitDelivery(endpoint, "pending", 1);

    assertThat(delivery.path("error").asText()).isEqualTo("It answered 503: back soon");
    assertThat(delivery.path("response_status").asInt()).isEqualTo(503);
    assertThat(Instant.parse(delivery.path("next_attempt_at").asText()))
        .isEqualTo(server.clock().instant().plusSeconds(120));
  }

  @Test
  void aLongAnswerIsReadAndShownInPartOnly() {
    receiver.answer(new Answer.Status(500, Map.of(), "x".repeat(5_000_000)));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();

    var delivery = events.awaitDelivery(endpoint, "pending", 1);

    assertThat(delivery.path("error").asText()).startsWith("It answered 500: xxx").endsWith("…");
    assertThat(delivery.path("error").asText().length()).isLessThanOrEqualTo(500);
  }

  @Test
  void aRedirectIsAFailureAndNotFollowed() {
    receiver.answers(it ->
        it.path().equals("/hook")
            ? new Answer.Status(307, Map.of("Location", receiver.url() + "/moved"), "")
            : Answer.status(200));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();

    var delivery = events.awaitDelivery(endpoint, "pending", 1);

    assertThat(delivery.path("error").asText()).contains("307", "redirect");
    assertThat(receiver.arrived()).extracting(Arrived::path).containsOnly("/hook");
  }

  @Test
  void whoAnswersGoneIsDisabledAtOnceAndTheOthersAreTold() {
    receiver.answers(it -> Answer.status(it.path().endsWith("gone") ? 410 : 204));
    var gone = events.endpoint(receiver.url() + "/gone", ",\"events\":[\"wallet.*\"]");
    events.endpoint(receiver.url(), ",\"events\":[\"webhook_endpoint.*\"]");

    events.happen();

    assertThat(receiver.await(2).json().at("/data/endpoint_id").asText()).isEqualTo(gone.id());
    var endpoint = events.get(gone.path());
    assertThat(endpoint.path("status").asText()).isEqualTo("disabled");
    assertThat(endpoint.path("disabled_reason").asText()).contains("410");
    assertThat(endpoint.path("disabled_at").isNull()).isFalse();
    assertThat(endpoint.at("/last_delivery/state").asText()).isEqualTo("failed");
    assertThat(endpoint.at("/last_delivery/attempts").asInt()).isEqualTo(1);
  }

  @Test
  void aDisabledEndpointGetsNothingUntilItIsEnabledAgain() {
    var endpoint = events.endpoint(receiver.url(), "");
    receiver.answer(Answer.status(500));
    events.happen(EventType.WALLET_LOW_BALANCE, "waits", TestingEvents.LOW_BALANCE);
    events.awaitDelivery(endpoint, "pending", 1);
    receiver.answer(Answer.status(200));
    patch(endpoint, "{\"enabled\":false}");
    events.happen(EventType.WALLET_LOW_BALANCE, "missed", TestingEvents.LOW_BALANCE);
    server.clock().advance(Duration.ofDays(3));
    Eventually.holds("both are fanned out", () -> unrelayed() == 0);
    assertThat(server.post(endpoint.path() + "/test", events.key(), "").errorCode())
        .isEqualTo("webhook_endpoint_disabled");

    patch(endpoint, "{\"enabled\":true}");
    events.happen(EventType.WALLET_LOW_BALANCE, "heard", TestingEvents.LOW_BALANCE);

    events.awaitDelivery(endpoint, "delivered", 1);
    assertThat(receiver.arrived()).hasSize(2);
    assertThat(events.get(endpoint.path() + "/deliveries").path("deliveries"))
        .extracting(it -> it.path("state").asText())
        .containsExactly("delivered", "failed");
  }

  private int unrelayed() {
    return server
        .bean(org.jdbi.v3.core.Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery("SELECT count(*) FROM event WHERE team_id = :t AND relayed_at IS NULL")
                .bind("t", events.team().id().uuid())
                .mapTo(Integer.class)
                .one());
  }

  private void patch(TestingEvents.Endpoint endpoint, String json) {
    var answer = server.patch(endpoint.path(), events.key(), json);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void anEndpointIsDisabledWhenAllAttemptsFailedAndNothingElseGotThrough() {
    receiver.answer(Answer.status(500));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();

    useUpAttempts(endpoint);

    events.awaitDelivery(endpoint, "failed", 9);
    var view = events.get(endpoint.path());
    assertThat(view.path("status").asText()).isEqualTo("disabled");
    assertThat(view.path("disabled_reason").asText()).contains("9 attempts", "500");
    assertThat(receiver.arrived()).hasSize(9);
  }

  @Test
  void anEndpointThatTakesOtherEventsStaysEnabled() {
    receiver.answers(
        it -> Answer.status(it.json().path("type").asText().equals("ping") ? 200 : 500));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();
    events.awaitDelivery(endpoint, "pending", 1);
    server.post(endpoint.path() + "/test", events.key(), "");
    receiver.await(2);

    events.awaitDelivery(endpoint, "delivered", 1);

    for (int attempts = 2; attempts <= 9; attempts++) {
      server.clock().advance(Duration.ofHours(29));
      events.awaitDelivery(endpoint, 1, attempts < 9 ? "pending" : "failed", attempts);
    }

    assertThat(events.get(endpoint.path()).path("status").asText()).isEqualTo("enabled");
  }

  private void useUpAttempts(TestingEvents.Endpoint endpoint) {
    for (int attempts = 1; attempts < 9; attempts++) {
      events.awaitDelivery(endpoint, "pending", attempts);
      server.clock().advance(Duration.ofHours(29));
    }
  }

  @Test
  void aFailedDeliveryIsTriedAgainByHand() {
    receiver.answer(Answer.status(410));
    var endpoint = events.endpoint(receiver.url(), "");
    events.happen();
    var failed = events.awaitDelivery(endpoint, "failed", 1);
    receiver.answer(Answer.status(200));
    patch(endpoint, "{\"enabled\":true,\"events\":[\"ping\"]}");

    var retry = endpoint.path() + "/deliveries/" + failed.path("id").asText() + "/retry";
    assertThat(server.post(retry, events.key(), "").status()).isEqualTo(202);

    var delivery = events.awaitDelivery(endpoint, "delivered", 2);
    assertThat(delivery.path("error").isNull()).isTrue();
    assertThat(new HashSet<>(receiver.arrived().stream().map(Arrived::id).toList())).hasSize(1);
  }

  @Test
  void deliveriesAndEventsArePagedByCursor() {
    var endpoint = events.endpoint(receiver.url(), "");
    for (int i = 0; i < 5; i++) {
      events.happen();
    }
    receiver.await(5);

    for (var list :
        List.of(endpoint.path() + "/deliveries", "/api/events", "/api/webhook-endpoints")) {
      var whole = events.get(list);
      var name = whole.propertyStream().map(Map.Entry::getKey).findFirst().orElseThrow();
      var seen = new HashSet<String>();
      var page = events.get(list + "?limit=2");
      page.path(name).forEach(it -> seen.add(it.path("id").asText()));
      while (!page.path("next_cursor").isNull()) {
        page = events.get(list + "?limit=2&cursor=" + page.path("next_cursor").asText());
        page.path(name).forEach(it -> assertThat(seen.add(it.path("id").asText())).isTrue());
      }
      assertThat(seen).hasSize(whole.path(name).size());
    }
  }
}
