package dev.pennyworth.botsapi.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ErrorAnswersTest {
  private static final int MEBIBYTE = 1 << 20;

  private static TestingServer server;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void assertError(TestingAnswer answer, int status, String type, String code) {
    assertThat(answer.text()).doesNotContain("dev.pennyworth", "micronaut", "Exception", "jackson");
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.errorCode()).isEqualTo(code);
    assertThat(answer.json().at("/error/type").textValue()).isEqualTo(type);
    assertThat(answer.json().at("/error/details").isObject()).isTrue();
    assertThat(answer.header("Content-Type").orElseThrow()).startsWith("application/json");
    assertThat(answer.header("X-Request-Id")).isPresent();
  }

  @Test
  void anUnknownAddressIs404() {
    assertError(server.get("/nowhere", ""), 404, "not_found_error", "not_found");
    assertError(
        server.get("/nowhere", "", "Accept", "text/html"), 404, "not_found_error", "not_found");
  }

  @Test
  void aWrongMethodIs405AndNamesTheRightOnes() {
    var answer = server.put("/api/auth/login", "", "{}");

    assertError(answer, 405, "invalid_request_error", "method_not_allowed");
    assertThat(answer.json().at("/error/details/allowed/0").textValue()).isEqualTo("POST");
  }

  @Test
  void anotherTypeThanJsonIs415() {
    assertError(
        server.post("/api/auth/login", "", "a=b", "Content-Type", "text/plain"),
        415,
        "invalid_request_error",
        "unsupported_media_type");
  }

  @Test
  void malformedJsonIs400() {
    assertError(
        server.post("/api/auth/login", "", "{\"email\": dev.pennyworth"),
        400,
        "invalid_request_error",
        "malformed_json");
    assertError(
        server.post("/api/auth/login", "", ""), 400, "invalid_request_error", "malformed_json");
  }

  @Test
  void anUnknownFieldIs400() {
    assertError(
        server.post("/api/auth/login", "", "{\"mail\":\"x\"}"),
        400,
        "invalid_request_error",
        "unknown_field");
  }

  @Test
  void aWrongTypeIs422() {
    var answer = server.post("/api/auth/login", "", "{\"email\":{}}");

    assertError(answer, 422, "invalid_request_error", "invalid_value");
    assertThat(answer.json().at("/error/details/field").textValue()).isEqualTo("email");
  }

  @Test
  void aQueryParameterThatCannotBeReadIs422() {
    var answer = server.get("/testing/number?some_number=x", "");
    var missing = server.get("/testing/number", "");

    assertError(missing, 422, "invalid_request_error", "invalid_value");
    assertThat(missing.json().at("/error/details/field").textValue()).isEqualTo("some_number");
    assertError(answer, 422, "invalid_request_error", "invalid_value");
  }

  @Test
  void nobodySignedInIs401() {
    var answer = server.get("/api/keys", "");

    assertError(answer, 401, "authentication_error", "unauthorized");
    assertThat(answer.header("WWW-Authenticate")).contains("Bearer");
  }

  @Test
  void aTokenThatIsNoneIs401() {
    assertError(server.get("/api/keys", "x"), 401, "authentication_error", "invalid_token");
    assertError(
        server.get("/api/keys", "", "Authorization", "Basic YTpi"),
        401,
        "authentication_error",
        "invalid_token");
  }

  @Test
  void aBodyOfOneMebibyteIsReadAndALargerOneIs413() {
    assertThat(server.send(upload(MEBIBYTE)).text()).isEqualTo("" + MEBIBYTE);

    assertError(
        server.send(upload(MEBIBYTE + 1)), 413, "invalid_request_error", "request_too_large");
  }

  @Test
  void aLargeBodyOfUnknownLengthIs413() {
    var body = filled(2 * MEBIBYTE);
    var request =
        HttpRequest.newBuilder(address("/testing/size"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)))
            .build();

    assertError(server.send(request), 413, "invalid_request_error", "request_too_large");
  }

  @Test
  void anUnforeseenFailureIs500AndTellsNothing() {
    var answer = server.get("/testing/fail", "");

    assertError(answer, 500, "api_error", "internal_error");
    assertThat(answer.text()).doesNotContain(FailingController.SECRET_OF_OURS);
  }

  @Test
  void theIdOfARequestIsKeptInAnswerAndLog() throws IOException {
    var answer = server.get("/testing/thread", "", "X-Request-Id", "my-own-request-17");

    assertThat(answer.header("X-Request-Id")).contains("my-own-request-17");
    assertThat(Files.readString(TestingServer.log()))
        .contains("[my-own-request-17] asked for the thread");
  }

  @Test
  void anIdThatCouldForgeALogLineIsReplaced() {
    assertThat(
            server
                .get("/nowhere", "", "X-Request-Id", "a b{}")
                .header("X-Request-Id")
                .orElseThrow())
        .isNotEqualTo("a b{}")
        .hasSize(36);
  }

  @Test
  void controllersRunOnVirtualThreads() {
    assertThat(server.get("/testing/thread", "").text()).isEqualTo("true");
  }

  @Test
  void healthAndMetricsArePublic() {
    assertThat(server.get("/health", "").text()).isEqualTo("{\"status\":\"UP\"}");
    assertThat(server.get("/health/liveness", "").status()).isEqualTo(200);
    assertThat(server.get("/health/readiness", "").status()).isEqualTo(200);
    assertThat(server.get("/prometheus", "").text()).contains("jvm_memory_used_bytes");
  }

  @Test
  void withTheDatabaseGoneItIs503AndNotReadyButAlive() {
    try (var doomed = TestingServer.start()) {
      var team = doomed.register();
      doomed.database().close();

      var publicRoute = doomed.post("/api/auth/refresh", "", "{\"refresh_token\":\"x\"}");
      assertError(publicRoute, 503, "api_error", "database_unavailable");
      assertThat(publicRoute.header("Retry-After")).isPresent();
      assertError(
          doomed.get("/api/keys", team.accessToken()), 503, "api_error", "database_unavailable");
      assertThat(doomed.get("/health/readiness", "").status()).isEqualTo(503);
      assertThat(doomed.get("/health/liveness", "").status()).isEqualTo(200);
    }
  }

  private static HttpRequest upload(int size) {
    return HttpRequest.newBuilder(address("/testing/size"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofByteArray(filled(size)))
        .build();
  }

  private static URI address(String path) {
    return server.address().resolve(path);
  }

  private static byte[] filled(int size) {
    var bytes = new byte[size];
    Arrays.fill(bytes, (byte) ' ');
    return bytes;
  }
}
