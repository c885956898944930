package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.billing.TestingHolds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls that go wrong, each in its own way.
class OpenAiFailureTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String KEY_CANARY = "sk-canary-key-5f1c";
  private static final String TEXT_CANARY = "canary-text-9a2e";

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpOpenAiConnection connection = new HttpOpenAiConnection();

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "301, REFUSED",
    "400, REFUSED",
    "401, REFUSED",
    "402, REFUSED",
    "403, REFUSED",
    "404, REFUSED",
    "413, REFUSED",
    "422, REFUSED",
    "408, UNAVAILABLE",
    "409, UNAVAILABLE",
    "429, UNAVAILABLE",
    "500, UNAVAILABLE",
    "502, UNAVAILABLE",
    "503, UNAVAILABLE",
    "529, UNAVAILABLE"
  })
  void aStatusTellsWhoseFaultItIs(int status, Fault fault) throws Exception {
    server.reply(TestingOpenAiServer.error(status, "invalid_api_key", "no"));

    var failed = call(TIMEOUT);

    assertThat(failed.fault()).isEqualTo(fault);
    assertThat(failed.operatorText()).contains("openai", "HTTP " + status, "invalid_api_key");
  }

  @ParameterizedTest
  @CsvSource({"400", "401", "408", "429", "500", "503"})
  void nothingIsTriedTwice(int status) throws Exception {
    server.reply(TestingOpenAiServer.error(status, "server_error", "no"));

    call(TIMEOUT);

    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    server.replies(request ->
        request.path().equals("/elsewhere")
            ? TestingOpenAiServer.completion()
            : new Reply.Answer(307, Map.of("location", "/elsewhere"), ""));

    assertThat(call(TIMEOUT).fault()).isEqualTo(Fault.REFUSED);
    assertThat(server.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "upstream timed out",
        "<html>busy</html>",
        "[]",
        "null",
        "{\"error\":{\"code\":401,\"message\":\"a number for a code\"}}",
        "{\"error\":\"just a text\"}"
      })
  void anErrorsBodyMayBeAnything(String body) throws Exception {
    server.reply(new Reply.Answer(503, Map.of(), body));

    assertThat(call(TIMEOUT).fault()).isEqualTo(Fault.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>hello</html>",
        "{\"id\":\"x\",\"choices\":[{\"mess",
        "null",
        "[]",
        "{}",
        "{\"choices\":[]}",
        "{\"choices\":null,\"usage\":null}",
        "{\"error\":{\"message\":\"in a 200\"}}"
      })
  void aSuccessWithoutACompletionIsUnanswered(String body) throws Exception {
    server.reply(TestingOpenAiServer.ok(body));

    assertThat(call(TIMEOUT).fault()).isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void silenceIsUnanswered() throws Exception {
    server.reply(new Reply.Hang());

    var failed = call(SHORT);

    assertThat(failed.fault()).isEqualTo(Fault.UNANSWERED);
    assertThat(failed.operatorText()).contains("time ran out");
  }

  @Test
  void aCutConnectionIsUnanswered() throws Exception {
    server.reply(new Reply.Cut());

    var failed = call(TIMEOUT);

    assertThat(failed.fault()).isEqualTo(Fault.UNANSWERED);
    assertThat(failed.operatorText()).contains("cut");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void halfABodyIsUnanswered() throws Exception {
    server.reply(new Reply.CutHalfway("{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}"));

    assertThat(call(TIMEOUT).fault()).isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void anEndlessAnswerIsUnanswered() throws Exception {
    String completion = "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]}";
    server.reply(TestingOpenAiServer.ok(completion + " ".repeat(17 << 20)));

    assertThat(call(TIMEOUT).fault()).isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void aRefusedConnectionReachedNobody() throws Exception {
    var failed = call(URI.create("http://127.0.0.1:" + portOfNobody() + "/v1"), TIMEOUT);

    assertThat(failed.fault()).isEqualTo(Fault.UNAVAILABLE);
    assertThat(failed.operatorText()).contains("connection was refused");
  }

  @Test
  void anUnknownHostReachedNobody() throws Exception {
    var failed = call(URI.create("http://nobody.invalid/v1"), TIMEOUT);

    assertThat(failed.fault()).isEqualTo(Fault.UNAVAILABLE);
    assertThat(failed.operatorText()).contains("name is not known");
  }

  @Test
  void aServerWithoutTlsReachedNobody() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> hangUp(socket));

      var failed = call(URI.create("https://127.0.0.1:" + socket.getLocalPort() + "/v1"), TIMEOUT);

      assertThat(failed.fault()).isEqualTo(Fault.UNAVAILABLE);
    }
  }

  @Test
  void aTimeoutOfNothingIsNotATimeoutOfForever() throws Exception {
    server.reply(new Reply.Hang());

    assertThat(call(Duration.ZERO).fault()).isIn(Fault.UNANSWERED, Fault.UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 429, 500})
  void noTextForOperatorsTellsAKeyOrAMessage(int status) throws Exception {
    server.replies(request ->
        TestingOpenAiServer.error(
            status,
            request.header("authorization"),
            "You sent " + request.headers() + request.text()));

    var failed = call(TIMEOUT);

    assertThat(server.onlyReceived().text()).contains(TEXT_CANARY);
    assertThat(server.onlyReceived().headers()).containsValue("Bearer " + KEY_CANARY);
    assertThat(failed.toString()).doesNotContain(KEY_CANARY, TEXT_CANARY);
  }

  private Failed call(Duration timeout) throws ModelUnavailable {
    return call(server.baseUrl(), timeout);
  }

  private Failed call(URI baseUrl, Duration timeout) throws ModelUnavailable {
    return (Failed)
        HttpOpenAiModel.openai(
                connection, Optional.of(new SecretText(KEY_CANARY)), Optional.of(baseUrl))
            .prepare(TestingRequests.saying(TEXT_CANARY))
            .call(TestingHolds.wallet(500), timeout, _ -> {});
  }

  private static void hangUp(ServerSocket server) {
    try (var socket = server.accept()) {
      socket.getOutputStream().write("no TLS here\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int portOfNobody() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
