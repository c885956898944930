package dev.pennyworth.botsapi.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import dev.pennyworth.botsapi.TestingTeam;
import dev.pennyworth.connectors.HttpFailure;
import io.micronaut.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JdbcIdempotencyTest {
  private static final int AT_ONCE = 20;

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
  void theSameKeyAndBodyGivesTheFirstAnswerAgain() {
    var first = create("key-1", "{\"name\":\"one\"}");
    var second = create("key-1", "{\"name\":\"one\"}");

    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(201);
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(keys()).isEqualTo(1);
  }

  @Test
  void theSameKeyWithAnotherBodyIs409() {
    create("key-1", "{\"name\":\"one\"}");

    var other = create("key-1", "{\"name\":\"two\"}");

    assertThat(other.status()).isEqualTo(409);
    assertThat(other.errorCode()).isEqualTo("idempotency_key_reused");
    assertThat(keys()).isEqualTo(1);
  }

  @Test
  void keysOfDifferentTeamsDoNotMeet() {
    var mine = create("key-1", "{\"name\":\"one\"}");
    team = server.register();
    var theirs = create("key-1", "{\"name\":\"one\"}");

    assertThat(theirs.status()).isEqualTo(201);
    assertThat(theirs.text()).isNotEqualTo(mine.text());
  }

  @Test
  void manyAtOnceWithTheSameKeyDoItOnce() throws Exception {
    var answers = atOnce("key-1");

    assertThat(answers).extracting(TestingAnswer::status).containsOnly(201);
    assertThat(answers).extracting(TestingAnswer::text).containsOnly(answers.getFirst().text());
    assertThat(keys()).isEqualTo(1);
  }

  private List<TestingAnswer> atOnce(String key) throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running =
          IntStream.range(0, AT_ONCE)
              .mapToObj(_ -> threads.submit(() -> create(key, "{\"name\":\"one\"}")))
              .toList();
      var answers = new ArrayList<TestingAnswer>();
      for (var one : running) {
        answers.add(one.get());
      }
      return answers;
    }
  }

  @Test
  void aRefusalIsNotStored() {
    assertThat(create("key-1", "{\"name\":\"\"}").status()).isEqualTo(422);
    assertThat(create("key-1", "{\"name\":\"one\"}").status()).isEqualTo(201);
  }

  @Test
  void aFailureInTheWorkLeavesTheKeyFreeAndNothingDone() {
    var idempotency = server.bean(JdbcIdempotency.class);
    var tries = new AtomicInteger();

    assertThatThrownBy(() ->
            idempotency.once(
                team.id(),
                "usr_1",
                request(),
                _ -> {
                  tries.incrementAndGet();
                  throw HttpFailure.notFound("thing");
                }))
        .isInstanceOf(HttpFailure.class);
    var answer =
        idempotency.once(
            team.id(),
            "usr_1",
            request(),
            _ -> {
              tries.incrementAndGet();
              return HttpAnswer.created(Map.of("n", 1));
            });

    assertThat(answer.code()).isEqualTo(201);
    assertThat(tries).hasValue(2);
  }

  @Test
  void anAnswerWithoutBodyIsReplayedToo() {
    var idempotency = server.bean(JdbcIdempotency.class);
    var done = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      var answer =
          idempotency.once(
              team.id(),
              "usr_1",
              request(),
              _ -> {
                done.incrementAndGet();
                return HttpAnswer.noContent();
              });
      assertThat(answer.code()).isEqualTo(204);
      assertThat(answer.getBody()).isEmpty();
    }
    assertThat(done).hasValue(1);
  }

  @Test
  void aStoredAnswerShowsNoSecretToWhoReadsTheDatabase() {
    var key = create("key-1", "{\"name\":\"one\"}").json().path("key").textValue();

    var stored =
        server
            .bean(Jdbi.class)
            .withHandle(handle ->
                handle
                    .createQuery(
                        """
                        SELECT sealed_answer
                        FROM idempotent_answer
                        WHERE team_id = :team
                        """)
                    .bind("team", team.id().uuid())
                    .mapTo(byte[].class)
                    .one());
    assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "\u00e9"})
  void whatIsNoKeyIsRefused(String key) {
    var request = HttpRequest.POST("/api/keys", new byte[0]).header("Idempotency-Key", key);

    assertThatThrownBy(() ->
            server
                .bean(JdbcIdempotency.class)
                .once(team.id(), "usr_1", request, _ -> HttpAnswer.noContent()))
        .isInstanceOfSatisfying(
            HttpFailure.class, failure -> assertThat(failure.status()).isEqualTo(422));
  }

  @Test
  void aKeyOfMoreThan200CharactersIsRefused() {
    assertThat(create("k".repeat(201), "{\"name\":\"one\"}").status()).isEqualTo(422);
    assertThat(create("k".repeat(200), "{\"name\":\"one\"}").status()).isEqualTo(201);
  }

  private static HttpRequest<byte[]> request() {
    return HttpRequest.POST("/api/things", "{}".getBytes(StandardCharsets.UTF_8))
        .header("Idempotency-Key", "key-1");
  }

  private TestingAnswer create(String key, String body) {
    return server.post("/api/keys", team.accessToken(), body, "Idempotency-Key", key);
  }

  private int keys() {
    return server.get("/api/keys", team.accessToken()).json().path("keys").size();
  }
}
