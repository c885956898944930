package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpServer;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Calls of Anthropic that go wrong: what was spent, and whether the provider may have worked.
class AnthropicFailureTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(700);
  private static final String KEY = "sk-ant-canary";
  private static final String BEGINNING =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":100,"output_tokens":1}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"One, two"}}

      """;
  private static final String END =
      """
      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":42}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpAnthropicConnection connection = new HttpAnthropicConnection();
  private final CountDownLatch isOver = new CountDownLatch(1);

  @AfterEach
  void close() {
    isOver.countDown();
    connection.close();
    server.close();
  }

  @Test
  void aRefusedConnectionReachedNobody() throws Exception {
    var failed = (Failed) call(portOfNobody(), TIMEOUT, _ -> {});

    assertThat(failed.fault()).isEqualTo(Fault.UNAVAILABLE);
    assertThat(failed.operatorText()).contains("connection was refused");
  }

  @Test
  void silenceUntilTimeRanOutIsUnanswered() throws Exception {
    server.reply(new Reply.Hang());

    var failed = (Failed) call(server.port(), SHORT, _ -> {});

    assertThat(failed.fault()).isEqualTo(Fault.UNANSWERED);
    assertThat(failed.operatorText()).contains("time ran out");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aConnectionThatIsCutBeforeAnyAnswerIsUnansweredAndNotTriedAgain() throws Exception {
    server.reply(new Reply.Cut());

    assertThat(((Failed) call(server.port(), TIMEOUT, _ -> {})).fault())
        .isEqualTo(Fault.UNANSWERED);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void aStreamThatFallsSilentIsCutAtTheDeadlineAndKeepsWhatCame() throws Exception {
    long startedNanos = System.nanoTime();
    try (var slow = new Pausing(BEGINNING, END, isOver)) {
      var answered = (Answered) call(slow.port(), SHORT, _ -> {});

      assertThat(answered.finish()).isEqualTo(Finish.CUT);
      assertThat(answered.text()).isEqualTo("One, two");
      assertThat(answered.isEstimated()).isTrue();
      assertThat(answered.usage()).contains(new TokenUsage(100, 3, 0, 0));
      assertThat(answered.providerRequestId()).contains("req_pausing");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void theTextIsHeardWhileTheModelStillWrites() throws Exception {
    var heard = new StringBuilder();
    try (var slow = new Pausing(BEGINNING, END, isOver)) {
      var answered =
          (Answered)
              call(
                  slow.port(),
                  TIMEOUT,
                  piece -> {
                    heard.append(piece);
                    isOver.countDown(); // only now the server goes on
                  });

      assertThat(heard).hasToString("One, two");
      assertThat(answered.finish()).isEqualTo(Finish.STOP);
      assertThat(answered.usage()).contains(new TokenUsage(100, 42, 0, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "null", "<html>busy</html>", "{}", "{\"type\":\"message\"}"})
  void aBodyThatIsNoMessageIsUnanswered(String body) throws Exception {
    server.reply(new Reply.Answer(200, Map.of(), body));

    assertThat(((Failed) call(server.port(), TIMEOUT, _ -> {})).fault())
        .isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void aStreamThatSaysNothingIsUnanswered() throws Exception {
    server.reply(
        new Reply.Answer(
            200, Map.of("content-type", "text/event-stream"), "data: {\"type\":\"ping\"}\n\n"));

    assertThat(((Failed) call(server.port(), TIMEOUT, _ -> {})).fault())
        .isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    server.reply(
        new Reply.Answer(307, Map.of("location", "http://127.0.0.1:" + server.port()), ""));

    var failed = (Failed) call(server.port(), TIMEOUT, _ -> {});

    assertThat(failed.fault()).isEqualTo(Fault.REFUSED);
    assertThat(failed.operatorText()).contains("307").contains("redirect");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void anAnswerOfTwentyMegabytesIsCutOff() throws Exception {
    String word = "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"x\"}}\n\n";
    server.reply(
        new Reply.Answer(
            200,
            Map.of("content-type", "text/event-stream"),
            BEGINNING + word.repeat(300_000) + END));

    var answered = (Answered) call(server.port(), TIMEOUT, _ -> {});

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.text()).isEqualTo("One, two");
  }

  @Test
  void neitherKeyNorMessageGetsIntoLogOrConsole() throws Exception {
    var log = new ListAppender<ILoggingEvent>();
    var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    var level = root.getLevel();
    var console = System.err;
    var errors = new ByteArrayOutputStream();
    root.setLevel(Level.TRACE);
    log.start();
    root.addAppender(log);
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      server.reply(new Reply.Answer(400, Map.of(), "{\"error\":{\"message\":\"" + KEY + "\"}}"));
      var reply = call(server.port(), TIMEOUT, _ -> {});
      assertThat(reply.toString()).doesNotContain(KEY);
      call(portOfNobody(), TIMEOUT, _ -> {});
    } finally {
      System.setErr(console);
      root.detachAppender(log);
      root.setLevel(level);
    }

    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains(KEY) || line.contains("whispered"));
    assertThat(errors.toString(StandardCharsets.UTF_8)).doesNotContain(KEY, "whispered");
  }

  private ModelReply call(int port, Duration timeout, Consumer<String> text)
      throws ModelUnavailable {
    return new HttpAnthropicModel(
            connection,
            Optional.of(new SecretText(KEY)),
            Optional.of(URI.create("http://127.0.0.1:" + port)))
        .prepare(TestingRequests.of("claude-sonnet-4-6", "whispered"))
        .call(TestingHolds.wallet(500), timeout, text);
  }

  private static int portOfNobody() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// A server that streams a beginning, and the end once a latch has fallen.
  private static final class Pausing implements AutoCloseable {
    private final HttpServer server;
    private final CountDownLatch latch;

    private Pausing(String beginning, String end, CountDownLatch latch) throws IOException {
      this.latch = latch;
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              exchange.getRequestBody().readAllBytes();
              exchange.getResponseHeaders().set("content-type", "text/event-stream");
              exchange.getResponseHeaders().set("request-id", "req_pausing");
              exchange.sendResponseHeaders(200, 0);
              exchange.getResponseBody().write(beginning.getBytes(StandardCharsets.UTF_8));
              exchange.getResponseBody().flush();
              if (latch.await(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write(end.getBytes(StandardCharsets.UTF_8));
              }
            } catch (InterruptedException _) {
              Thread.currentThread().interrupt();
            }
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    @Override
    public void close() {
      latch.countDown();
      server.stop(0);
    }
  }
}
