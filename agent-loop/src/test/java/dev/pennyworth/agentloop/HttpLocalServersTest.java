package dev.pennyworth.agentloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.HttpLocalServers.Found;
import dev.pennyworth.agentloop.HttpLocalServers.Place;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.billing.TeamId;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which servers on this machine are found, and whose bots may call them.
class HttpLocalServersTest {
  private static final TeamId OPERATORS = new TeamId(UUID.randomUUID());
  private static final TeamId STRANGERS = new TeamId(UUID.randomUUID());
  private static final String MODELS =
      "{\"object\":\"list\",\"data\":[{\"id\":\"llama3.2:3b\"},{\"id\":\"\"},{},{\"id\":\"qwen3\"}]}";

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpLocalServers servers = new HttpLocalServers();

  @AfterEach
  void close() {
    servers.close();
    server.close();
  }

  @Test
  void aServerThatListsModelsIsFound() {
    look(TestingOpenAiServer.ok(MODELS));

    assertThat(servers.found())
        .containsExactly(new Found("Stub", url("127.0.0.1"), List.of("llama3.2:3b", "qwen3")));
    assertThat(server.onlyReceived().path()).isEqualTo("/v1/models");
    assertThat(server.onlyReceived().headers()).doesNotContainKey("authorization");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "<html>", "[]", "{}", "{\"data\":[]}", "{\"data\":{}}", "{\"models\":[1]}"})
  void somebodyElseIsNot(String body) {
    look(TestingOpenAiServer.ok(body));

    assertThat(servers.found()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {307, 401, 404, 500})
  void nobodyWhoRefusesIs(int status) {
    look(new Reply.Answer(status, Map.of("location", "/v1/elsewhere"), MODELS));

    assertThat(servers.found()).isEmpty();
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anEndlessListIsNotRead() {
    look(TestingOpenAiServer.ok(MODELS + " ".repeat(2 << 20)));

    assertThat(servers.found()).isEmpty();
  }

  @Test
  void silenceHoldsNobodyUp() {
    long startedNanos = System.nanoTime();

    look(new Reply.Hang());

    assertThat(servers.found()).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void onlyTheOperatorsTeamMayCallIt() {
    look(TestingOpenAiServer.ok(MODELS));
    var models = new LocalModels(servers, OPERATORS::equals);

    assertThat(models.serve(OPERATORS, "custom", Optional.of(url("127.0.0.1")))).isTrue();
    assertThat(models.serve(STRANGERS, "custom", Optional.of(url("127.0.0.1")))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:%d/v1, true",
    "http://127.0.0.1:%d/v1/, true",
    "http://localhost:%d/v1, true",
    "http://127.0.0.1:%d, false",
    "http://127.0.0.1:%d/v1/../admin, false",
    "http://127.0.0.1:%d/v1/x, false",
    "http://127.0.0.2:%d/v1, false",
    "https://127.0.0.1:%d/v1, false",
    "http://127.0.0.1:1/v1, false"
  })
  void onlyTheVeryAddressIsMeant(String address, boolean isServed) {
    look(TestingOpenAiServer.ok(MODELS));
    var models = new LocalModels(servers, OPERATORS::equals);

    var baseUrl = URI.create(address.replace("%d", String.valueOf(server.port())));

    assertThat(models.serve(OPERATORS, "custom", Optional.of(baseUrl))).isEqualTo(isServed);
  }

  private void look(Reply reply) {
    server.reply(reply);
    servers.look(List.of(new Place("Stub", server.port())));
  }

  private URI url(String host) {
    return URI.create("http://" + host + ":" + server.port() + "/v1");
  }
}
