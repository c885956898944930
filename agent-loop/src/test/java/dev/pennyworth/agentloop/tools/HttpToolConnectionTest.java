package dev.pennyworth.agentloop.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pennyworth.agentloop.Eventually;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Dns;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where owners' tools may lead, and how long they may take.
class HttpToolConnectionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final TestingToolServer server = new TestingToolServer();

  @AfterEach
  void close() {
    server.close();
  }

  private static NoAnswer refusal(HttpToolConnection http, String url) {
    return catchThrowableOfType(NoAnswer.class, () -> ask(http, url, PATIENCE));
  }

  private static int ask(HttpToolConnection http, String url, Duration timeout) throws NoAnswer {
    return http.ask(new Request.Builder().url(url), timeout, Response::code);
  }

  private static Dns leadingTo(String... addresses) {
    return name -> {
      if (!name.endsWith("example.com")) {
        throw new UnknownHostException(name);
      }
      return List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:%d/",
        "http://127.1:%d/",
        "http://2130706433:%d/",
        "http://0x7f000001:%d/",
        "http://017700000001:%d/",
        "http://0.0.0.0:%d/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:%d/",
        "http://[::]:%d/",
        "http://[::ffff:127.0.0.1]:%d/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost:%d/",
      })
  void noLiteralAndNoNameOfThisMachineIsCalled(String url) {
    try (var http = new HttpToolConnection(false)) {
      var refused = refusal(http, url.formatted(server.port()));

      assertThat(refused).isNotNull();
      assertThat(refused.isWritten()).isFalse();
    }
    assertThat(server.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, ''",
    "10.1.2.3, ''",
    "169.254.169.254, ''",
    "::1, ''",
    "fd00:ec2::254, ''",
    "1.1.1.1, 127.0.0.1", // one of several is enough
  })
  void aNameThatLeadsToAPrivateAddressIsNotCalled(String first, String second) {
    var dns = second.isEmpty() ? leadingTo(first) : leadingTo(first, second);
    try (var http = new HttpToolConnection(false, dns)) {
      assertThat(refusal(http, "http://tools.example.com:%d/".formatted(server.port())).text())
          .contains("PENNYWORTH_ALLOW_PRIVATE_NETWORKS");
    }
    assertThat(server.received()).isEmpty();
  }

  @Test
  void aNameIsResolvedOnceForACheckAndItsConnection() {
    var asked = new AtomicInteger();
    Dns rebinding =
        _ -> List.of(InetAddress.ofLiteral(asked.incrementAndGet() == 1 ? "1.1.1.1" : "127.0.0.1"));
    try (var http = new HttpToolConnection(false, rebinding)) {
      var url = "http://rebind.example.com:%d/".formatted(server.port());

      assertThat(catchThrowableOfType(NoAnswer.class, () -> ask(http, url, Duration.ofMillis(300))))
          .isNotNull();

      assertThat(asked).hasValue(1);
    }
    assertThat(server.received()).isEmpty();
  }

  @Test
  void theOperatorMayAllowPrivateNetworks() throws NoAnswer {
    server.on("/", 200, "text/plain", "hello");
    try (var http = new HttpToolConnection(true, leadingTo("127.0.0.1"))) {
      assertThat(ask(http, server.url("/"), PATIENCE)).isEqualTo(200);
      assertThat(ask(http, "http://example.com:%d/".formatted(server.port()), PATIENCE))
          .isEqualTo(200);
    }
  }

  @Test
  void noRedirectIsFollowed() throws NoAnswer {
    server.on(
        "/out",
        (_, exchange) -> {
          exchange.getResponseHeaders().set("Location", server.url("/in"));
          TestingToolServer.send(exchange, 302, "text/plain", "");
        });
    try (var http = new HttpToolConnection(true)) {
      assertThat(ask(http, server.url("/out"), PATIENCE)).isEqualTo(302);
    }
    assertThat(server.received())
        .extracting(TestingToolServer.Received::uri)
        .containsExactly("/out");
  }

  private NoAnswer readEndlessly(HttpToolConnection http, Duration timeout) {
    var request = new Request.Builder().url(server.url("/endless"));
    return catchThrowableOfType(
        NoAnswer.class,
        () ->
            http.ask(
                request,
                timeout,
                response -> {
                  response.body().source().skip(Long.MAX_VALUE);
                  return "";
                }));
  }

  @Test
  void theTimeLimitHoldsForTheWholeAnswer() throws InterruptedException {
    server.onEndless("/endless");
    try (var http = new HttpToolConnection(true)) {
      var late = readEndlessly(http, Duration.ofMillis(300));

      assertThat(late.isWritten()).isTrue();
      assertThat(late.text()).contains("300 ms");
      assertThat(server.isHungUp()).isTrue();
    }
  }

  @Test
  void anInterruptEndsTheCall() throws InterruptedException {
    server.onEndless("/endless");
    var ended = new AtomicReference<NoAnswer>();
    try (var http = new HttpToolConnection(true)) {
      var caller =
          Thread.ofVirtual().start(() -> ended.set(readEndlessly(http, Duration.ofMinutes(5))));
      Eventually.holds("the call has begun", () -> !server.received().isEmpty());

      caller.interrupt();

      assertThat(server.isHungUp()).isTrue();
      assertThat(caller.join(PATIENCE)).isTrue();
      assertThat(ended.get().isWritten()).isTrue();
    }
  }
}
