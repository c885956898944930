package dev.pennyworth.agentloop.model;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.billing.TestingHolds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import okhttp3.Dns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The one connection that all calls share: how much it carries, and where it refuses to go.
class HttpOpenAiConnectionTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE);
  private static final int CALLS = 500;
  private static final int PLATFORM_THREADS_ADDED_MAX = 50;

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final AtomicInteger lookups = new AtomicInteger();
  private final HttpOpenAiConnection connection = new HttpOpenAiConnection(resolver());

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void fiveHundredCallsAtOnceNeedFewPlatformThreads() throws Exception {
    server.replies(request ->
        new Reply.Later(
            Duration.ofMillis(500),
            TestingOpenAiServer.completion(request.header("authorization"), 1, 1)));
    var threads = ManagementFactory.getThreadMXBean();
    int before = threads.getThreadCount();
    threads.resetPeakThreadCount();

    var texts = new ArrayList<Future<String>>();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLS; i++) {
        String key = "sk-" + i;
        texts.add(callers.submit(() -> answered(key).text()));
      }
    }

    for (int i = 0; i < CALLS; i++) {
      assertThat(texts.get(i).get()).isEqualTo("Bearer sk-" + i);
    }
    assertThat(threads.getPeakThreadCount() - before).isLessThan(PLATFORM_THREADS_ADDED_MAX);
  }

  @Test
  void aConnectionThatTheServerClosedWhileIdleIsNotUsedAgain() throws Exception {
    try (var hasty = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
      var url = URI.create("http://127.0.0.1:" + hasty.getLocalPort() + "/v1");
      for (int i = 0; i < 2; i++) {
        var hungUp = new CountDownLatch(1);
        Thread.startVirtualThread(() -> answerAndHangUp(hasty, hungUp));

        assertThat(call("sk-1", url)).isInstanceOf(Answered.class);
        hungUp.await();
      }
    }
  }

  private static void answerAndHangUp(ServerSocket server, CountDownLatch hungUp) {
    String body = "{\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}";
    try (var socket = server.accept()) {
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      int length = 0;
      for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        var header = CONTENT_LENGTH.matcher(line);
        length = header.matches() ? Integer.parseInt(header.group(1)) : length;
      }
      in.skip(length);
      String head = "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n";
      socket.getOutputStream().write((head + body).getBytes(US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    hungUp.countDown();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1",
        "2130706433",
        "①②⑦.⓪.⓪.①",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fd00::1]",
        "[64:ff9b::7f00:1]"
      })
  void anOwnersBaseUrlMayNotBeAPrivateAddress(String host) {
    var request = toCustom("http://" + host + ":" + server.port() + "/v1");

    assertThatThrownBy(() -> HttpOpenAiModel.custom(connection, false).prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("PENNYWORTH_ALLOW_PRIVATE_NETWORKS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"private.test", "mixed.test", "0x7f000001"})
  void anOwnersBaseUrlMayNotLeadToAPrivateAddress(String host) throws Exception {
    var failed = (Failed) callCustom(false, host);

    assertThat(failed.fault()).isEqualTo(Fault.REFUSED);
    assertThat(failed.operatorText()).contains("PENNYWORTH_ALLOW_PRIVATE_NETWORKS");
    assertThat(server.received()).isEmpty();
  }

  @Test
  void anOperatorMayAllowPrivateAddresses() throws Exception {
    assertThat(callCustom(true, "private.test")).isInstanceOf(Answered.class);
  }

  @Test
  void aConnectionOfTheOperatorsIsNotLentToAnOwner() throws Exception {
    assertThat(callCustom(true, "private.test")).isInstanceOf(Answered.class);

    assertThat(callCustom(false, "private.test")).isInstanceOf(Failed.class);
  }

  @Test
  void aNameIsResolvedOnceForACall() throws Exception {
    callCustom(true, "private.test");

    assertThat(lookups).hasValue(1);
  }

  private Answered answered(String key) throws ModelUnavailable {
    return (Answered) call(key, server.baseUrl());
  }

  private ModelReply call(String key, URI baseUrl) throws ModelUnavailable {
    return HttpOpenAiModel.openai(
            connection, Optional.of(new SecretText(key)), Optional.of(baseUrl))
        .prepare(TestingRequests.saying("Hello"))
        .call(TestingHolds.wallet(500), TIMEOUT, _ -> {});
  }

  private ModelReply callCustom(boolean arePrivateNetworksAllowed, String host)
      throws ModelUnavailable {
    return HttpOpenAiModel.custom(connection, arePrivateNetworksAllowed)
        .prepare(toCustom("http://" + host + ":" + server.port() + "/v1"))
        .call(TestingHolds.wallet(500), TIMEOUT, _ -> {});
  }

  private static ModelRequest toCustom(String baseUrl) {
    return TestingRequests.at(TestingRequests.saying("Hello"), URI.create(baseUrl));
  }

  private Dns resolver() {
    return host -> {
      lookups.incrementAndGet();
      return switch (host) {
        case "private.test", "0x7f000001" -> List.of(InetAddress.ofLiteral("127.0.0.1"));
        case "mixed.test" ->
            List.of(InetAddress.ofLiteral("1.1.1.1"), InetAddress.ofLiteral("127.0.0.1"));
        default -> throw new UnknownHostException(host);
      };
    };
  }
}
