package dev.pennyworth.agentloop.model;

import static dev.pennyworth.agentloop.TestingOpenAiServer.delta;
import static dev.pennyworth.agentloop.TestingOpenAiServer.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.TestingOpenAiServer.StreamEnd;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams that break off, and what they are worth.
class OpenAiBrokenStreamTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final String DONE = event("[DONE]");
  private static final String STOP = delta("{}", "\"stop\"");
  private static final String USAGE =
      event("{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}");

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpOpenAiConnection connection = new HttpOpenAiConnection();
  private final HttpOpenAiModel model =
      HttpOpenAiModel.openai(
          connection, Optional.of(new SecretText("sk-pooled")), Optional.of(server.baseUrl()));
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CUT", "HANG"})
  void aStreamThatBreaksOffIsACutAnswerAtOurOwnCount(StreamEnd end) throws Exception {
    var prepared = model.prepare(TestingRequests.saying("Hello"));
    server.reply(
        TestingOpenAiServer.stream(
            List.of(
                delta("{\"role\":\"assistant\"}", "null"),
                delta("{\"reasoning\":\"hello world\"}", "null"),
                says("hello world")),
            end));

    var answered = (Answered) prepared.call(TestingHolds.wallet(500), SHORT, told::add);

    assertThat(answered.text()).isEqualTo("hello world");
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.isEstimated()).isTrue();
    assertThat(answered.usage()).contains(new TokenUsage(prepared.inputParts().total(), 4, 0, 0));
  }

  @Test
  void aStreamThatEndsWithoutAReasonOrAUsageIsCut() throws Exception {
    assertThat(whole(says("hello")).finish()).isEqualTo(Finish.CUT);
  }

  @Test
  void aCutStreamSettlesAtWhatWasReported() throws Exception {
    var answered = (Answered) reply(StreamEnd.CUT, USAGE, says("Hi"));

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
    assertThat(answered.isEstimated()).isFalse();
  }

  @Test
  void aRunningUsageThatLagsBehindIsMadeUpForByOurOwnCount() throws Exception {
    String begun = "{\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":0}}";

    var answered = (Answered) reply(StreamEnd.CUT, event(begun), says("hello world"));

    assertThat(answered.usage()).contains(new TokenUsage(10, 2, 0, 0));
    assertThat(answered.isEstimated()).isTrue();
  }

  @Test
  void aModelThatSaidWhyItStoppedHasAnswered() throws Exception {
    var answered = (Answered) reply(StreamEnd.CUT, says("hello world"), STOP);

    assertThat(answered.finish()).isEqualTo(Finish.STOP);
    assertThat(answered.usage().orElseThrow().output()).isEqualTo(2);
    assertThat(answered.isEstimated()).isTrue();
  }

  @Test
  void halfAToolCallIsNotMade() throws Exception {
    String half =
        "{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"pay\",\"arguments\":\"{}\"}}]}";

    var answered = (Answered) reply(StreamEnd.CUT, delta(half, "null"));

    assertThat(answered.toolCalls()).isEmpty();
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.usage().orElseThrow().output()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ": ping\n\n",
        "data: [DONE]\n\n",
        "data: {}\n\n",
        "data: {\"choices\":[]}\n\n",
        "data: hello\n\n"
      })
  void aStreamOfNothingIsUnanswered(String body) throws Exception {
    assertThat(failed(StreamEnd.WHOLE, body).fault()).isEqualTo(Fault.UNANSWERED);
    assertThat(failed(StreamEnd.CUT, body).fault()).isEqualTo(Fault.UNANSWERED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"error\":{\"message\":\"canary\",\"type\":\"server_error\",\"code\":\"server_error\"}}\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"canary\",\"code\":\"server_error\"}}\n\n"
      })
  void anErrorInsteadOfAnAnswerIsAFailureThatOwesNothing(String error) throws Exception {
    var failed = failed(StreamEnd.WHOLE, delta("{\"role\":\"assistant\"}", "null"), error);

    assertThat(failed.fault()).isEqualTo(Fault.UNAVAILABLE);
    assertThat(failed.operatorText()).contains("server_error").doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"error\":\"text\"}", "{\"error\":{\"code\":500}}"})
  void anErrorAfterTextIsACut(String error) throws Exception {
    var answered = whole(says("hello world"), event(error));

    assertThat(answered.text()).isEqualTo("hello world");
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.isEstimated()).isTrue();
  }

  /// A read timeout would never end this: there is always a next byte in time.
  @Test
  void aStreamThatTricklesIsCutAtTheDeadline() throws Exception {
    var bytes = new ArrayList<String>(List.of(says("hello")));
    bytes.addAll(Collections.nCopies(300, ":"));
    server.reply(
        new Reply.Stream("text/event-stream", bytes, Duration.ofMillis(100), StreamEnd.WHOLE));
    long startedNanos = System.nanoTime();

    var answered = (Answered) call(SHORT);

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void anEndlessStreamIsCut() throws Exception {
    var answered =
        (Answered)
            reply(
                StreamEnd.WHOLE,
                Collections.nCopies(17, says("x".repeat(1 << 20))).toArray(String[]::new));

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.text()).hasSizeLessThanOrEqualTo(5 << 20);
  }

  @Test
  void anEndlessLineIsCut() throws Exception {
    var pieces = new ArrayList<>(List.of(says("hello")));
    pieces.addAll(Collections.nCopies(17, "x".repeat(1 << 20)));
    pieces.addAll(List.of("\n", STOP, DONE));

    var answered = (Answered) reply(StreamEnd.WHOLE, pieces.toArray(String[]::new));

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.text()).isEqualTo("hello");
  }

  private static String says(String escaped) {
    return delta("{\"content\":\"" + escaped + "\"}", "null");
  }

  private Answered whole(String... pieces) throws ModelUnavailable {
    return (Answered) reply(StreamEnd.WHOLE, pieces);
  }

  private Failed failed(StreamEnd end, String... pieces) throws ModelUnavailable {
    return (Failed) reply(end, pieces);
  }

  private ModelReply reply(StreamEnd end, String... pieces) throws ModelUnavailable {
    return reply("text/event-stream", end, pieces);
  }

  private ModelReply reply(String contentType, StreamEnd end, String... pieces)
      throws ModelUnavailable {
    server.reply(new Reply.Stream(contentType, List.of(pieces), Duration.ZERO, end));
    return call(TIMEOUT);
  }

  private ModelReply call(Duration timeout) throws ModelUnavailable {
    return model
        .prepare(TestingRequests.saying("Hello"))
        .call(TestingHolds.wallet(500), timeout, told::add);
  }
}
