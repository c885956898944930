package dev.pennyworth.botsapi.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.events.TestingReceiver.Answer;
import dev.pennyworth.botsapi.events.TestingReceiver.Arrived;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several nodes share the work, and what a dead one held is taken over.
final class EventRelayTest {
  private static final Map<String, String> PRIVATE =
      Map.of("PENNYWORTH_ALLOW_PRIVATE_NETWORKS", "true");

  private TestingDatabase database;
  private TestingReceiver receiver;

  @BeforeEach
  void create() {
    database = TestingDatabase.create();
    receiver = new TestingReceiver();
  }

  @AfterEach
  void close() {
    receiver.close();
    database.close();
  }

  @Test
  void twoNodesShareAHundredEventsAndTellEachOnce() {
    try (var one = TestingServer.start(database, PRIVATE);
        var other = TestingServer.start(database, PRIVATE)) {
      var events = new TestingEvents(one, one.register());
      events.endpoint(receiver.url(), "");
      var fromTheOther = new TestingEvents(other, events.team());

      for (int i = 0; i < 50; i++) {
        events.happen();
        fromTheOther.happen();
      }

      receiver.await(100);
      Eventually.holds("all is written down", () -> waiting(one) == 0);
      assertThat(receiver.arrived()).hasSize(100);
      assertThat(receiver.arrived().stream().map(Arrived::id)).doesNotHaveDuplicates();
    }
  }

  private static int waiting(TestingServer server) {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    SELECT (SELECT count(*) FROM event WHERE relayed_at IS NULL)
                      + (SELECT count(*) FROM event_delivery
                        WHERE state = 'pending' AND endpoint_id IS NOT NULL)
                    """)
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void whatADeadNodeHeldIsToldOnceItsLeaseHasRunOut() {
    try (var server = TestingServer.start(database, PRIVATE)) {
      server.bean(EventRelay.class).close();
      var events = new TestingEvents(server, server.register());
      var endpoint = events.endpoint(receiver.url(), "");
      server.post(endpoint.path() + "/test", events.key(), "");
      var deliveries = server.bean(JdbcDeliveries.class);
      var due = deliveries.due(10, Set.of(), true).getFirst();
      var dead = deliveries.claim(due);

      assertThat(dead).isPresent();
      assertThat(deliveries.claim(due)).isEmpty();
      assertThat(deliveries.due(10, Set.of(), true)).isEmpty();
      server.clock().advance(JdbcDeliveries.LEASE);
      try (var survivor = TestingServer.start(database, PRIVATE)) {
        survivor.clock().advance(JdbcDeliveries.LEASE);
        receiver.await(1);
        var delivery = new TestingEvents(survivor, events.team());
        delivery.awaitDelivery(endpoint, "delivered", 2);
        deliveries.finish(dead.get(), DeliveryOutcome.failed("too late"), 1);
        assertThat(delivery.awaitDelivery(endpoint, "delivered", 2).path("error").isNull())
            .as("the dead node's report is thrown away")
            .isTrue();
      }
    }
  }

  @Test
  void anAttemptThatAStopBreaksOffIsMadeByTheNextStart() {
    receiver.answer(new Answer.Hang());
    TestingEvents.Endpoint endpoint;
    TestingEvents events;
    try (var stopped = TestingServer.start(database, PRIVATE)) {
      events = new TestingEvents(stopped, stopped.register());
      endpoint = events.endpoint(receiver.url(), "");
      events.happen();
      receiver.await(1);
    }
    receiver.answer(Answer.status(200));

    try (var next = TestingServer.start(database, PRIVATE)) {
      receiver.await(2);
      new TestingEvents(next, events.team()).awaitDelivery(endpoint, "delivered", 1);
    }
    assertThat(receiver.arrived().get(1).id()).isEqualTo(receiver.arrived().get(0).id());
  }

  @Test
  void anEndpointThatHangsLeavesRoomForTheOthers() {
    receiver.answers(it -> it.path().endsWith("slow") ? new Answer.Hang() : Answer.status(200));
    try (var server = TestingServer.start(database, PRIVATE)) {
      var events = new TestingEvents(server, server.register());
      events.endpoint(receiver.url() + "/slow", "");
      events.endpoint(receiver.url(), "");

      for (int i = 0; i < 60; i++) {
        events.happen();
      }

      Eventually.holds(
          "the quick one has heard all",
          Duration.ofSeconds(9), // before the first of the slow ones times out
          () -> receiver.arrived().stream().filter(it -> it.path().equals("/hook")).count() == 60);
    }
  }

  @Test
  void anEndpointIsEmptyForEmail() {
    try (var server = TestingServer.start(database, PRIVATE)) {
      server.bean(EventRelay.class).close();
      var events = new TestingEvents(server, server.register());
      events.happen();
      new JdbcEventFanOut(server.bean(Jdbi.class), java.util.UUID::randomUUID, server.clock())
          .relay();

      assertThat(server.bean(JdbcDeliveries.class).due(10, Set.of(), true))
          .extracting(JdbcDeliveries.Due::endpoint)
          .containsExactly(Optional.empty());
      assertThat(server.bean(JdbcDeliveries.class).due(10, Set.of(), false)).isEmpty();
    }
  }
}
