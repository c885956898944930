package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.WorkspaceTools.HttpTool;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpEndpointToolTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String ARGUMENTS =
      "{\"id\":\"a/b\",\"n\":[1,2],\"deep\":{\"x\":null},\"none\":null,\"q\":\"ü&\"}";

  private final TestingToolServer server = new TestingToolServer();
  private final HttpToolConnection http = new HttpToolConnection(true);

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  private HttpEndpointTool tool(String method, String path, Map<String, SecretText> headers) {
    var tool =
        new HttpTool(
            "orders",
            "Orders.",
            method,
            server.url(path),
            "{}",
            headers,
            Optional.empty(),
            TIMEOUT);
    return new HttpEndpointTool(http, tool, "orders");
  }

  private String call(String method, String path, String arguments) throws ToolFailed {
    return tool(method, path, Map.of()).call(arguments, TestingContexts.within(TIMEOUT)).text();
  }

  private ToolFailed failure(String method, String path, Duration timeLeft) {
    return catchThrowableOfType(
        ToolFailed.class,
        () -> tool(method, path, Map.of()).call("{}", TestingContexts.within(timeLeft)));
  }

  @Test
  void withoutABodyTheRestOfTheArgumentsGoesIntoTheQuery() throws ToolFailed {
    server.on("/o/a/b", 200, "application/json", "{\"ok\":true}");

    assertThat(call("GET", "/o/{id}?fixed=1", ARGUMENTS)).isEqualTo("{\"ok\":true}");

    var received = server.received().getFirst();
    assertThat(received.uri())
        .isEqualTo("/o/a%2Fb?fixed=1&n=1&n=2&deep=%7B%22x%22%3Anull%7D&q=%C3%BC%26");
    assertThat(received.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"POST", "PUT", "PATCH"})
  void withABodyTheRestOfTheArgumentsIsItsJson(String method) throws ToolFailed {
    server.on("/o/a/b", 201, "text/plain; charset=utf-8", "created ü");

    assertThat(call(method, "/o/{id}", ARGUMENTS)).isEqualTo("created ü");

    var received = server.received().getFirst();
    assertThat(received.method()).isEqualTo(method);
    assertThat(received.uri()).isEqualTo("/o/a%2Fb");
    assertThat(received.header("content-type")).startsWith("application/json");
    assertThat(received.body())
        .isEqualTo("{\"n\":[1,2],\"deep\":{\"x\":null},\"none\":null,\"q\":\"ü&\"}");
  }

  @Test
  void theOwnersHeadersAreSentAndTheCallsKey() throws ToolFailed {
    server.on("/o", 200, "text/plain", "ok");
    var headers =
        Map.of(
            "Authorization", new SecretText("Bearer s3cret"),
            "Host", new SecretText("elsewhere.example"),
            "Content-Length", new SecretText("0"));

    tool("POST", "/o", headers).call("{\"a\":1}", TestingContexts.within(TIMEOUT));

    var received = server.received().getFirst();
    assertThat(received.header("authorization")).isEqualTo("Bearer s3cret");
    assertThat(received.header("host")).isEqualTo("127.0.0.1:" + server.port());
    assertThat(received.body()).isEqualTo("{\"a\":1}");
    assertThat(received.header("idempotency-key")).isEqualTo(TestingContexts.TURN + "/3");
  }

  @Test
  void anErrorOfTheServerIsAFailureThatSaysWhatItSaid() {
    server.on("/o", 422, "application/json", "{\"error\":\"no such order\"}" + "x".repeat(5_000));

    var failed = failure("POST", "/o", TIMEOUT);

    assertThat(failed.text()).startsWith("It answered 422: {\"error\":\"no such order\"}");
    assertThat(failed.text()).endsWith("[cut]").hasSizeLessThan(2_100);
    assertThat(failed.mayHaveActed()).isFalse();
  }

  @Test
  void aRedirectIsAFailure() {
    server.on(
        "/o",
        (_, exchange) -> {
          exchange.getResponseHeaders().set("Location", "http://169.254.169.254/");
          TestingToolServer.send(exchange, 307, "text/plain", "");
        });

    assertThat(failure("GET", "/o", TIMEOUT).text()).contains("307", "not followed");
  }

  @Test
  void whatIsNoTextIsDescribed() throws ToolFailed {
    server.on("/picture", 200, "image/png", "not really");
    server.on("/nothing", 204, "text/plain", "");

    assertThat(call("GET", "/picture", "{}"))
        .isEqualTo("[image/png, 10 bytes: not text, and not shown]");
    assertThat(call("GET", "/nothing", "{}")).isEqualTo("Done (status 204).");
  }

  @Test
  void anEndlessAnswerIsReadNoFurtherThanItCanBeUsed() throws ToolFailed, InterruptedException {
    server.onEndless("/endless");

    assertThat(call("GET", "/endless", "{}")).hasSizeBetween(20_001, 140_000);

    assertThat(server.isHungUp()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"GET, false", "POST, true", "PUT, true", "PATCH, true", "DELETE, true"})
  void aCallThatWasSentAndNotAnsweredMayHaveActed(String method, boolean mayHaveActed) {
    server.onSlow("/slow", 60_000, "never");
    server.on("/cut", (_, _) -> {});

    assertThat(failure(method, "/slow", Duration.ofMillis(200)).mayHaveActed())
        .isEqualTo(mayHaveActed);
    assertThat(failure(method, "/cut", TIMEOUT).mayHaveActed()).isEqualTo(mayHaveActed);
    assertThat(tool(method, "/slow", Map.of()).isRepeatable()).isEqualTo(!mayHaveActed);
  }

  @Test
  void aCallThatWasNeverSentHasNotActed() {
    server.close();

    assertThat(failure("POST", "/o", TIMEOUT).mayHaveActed()).isFalse();
  }

  @Test
  void aHeaderThatHttpDoesNotAllowIsAFailureAndNotSent() {
    var headers = Map.of("X-Key", new SecretText("a\r\nX-Other: b"));

    var failed =
        catchThrowableOfType(
            ToolFailed.class,
            () -> tool("GET", "/o", headers).call("{}", TestingContexts.within(TIMEOUT)));

    assertThat(failed.text()).contains("set up wrongly").doesNotContain("X-Other");
    assertThat(server.received()).isEmpty();
  }
}
