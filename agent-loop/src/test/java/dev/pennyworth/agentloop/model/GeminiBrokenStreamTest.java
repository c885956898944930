package dev.pennyworth.agentloop.model;

import static dev.pennyworth.agentloop.TestingOpenAiServer.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of Gemini that go wrong or break off, and what they are worth.
class GeminiBrokenStreamTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(500);
  private static final String MODEL = "gemini-2.5-flash";
  private static final String USAGE =
      "{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpGeminiConnection connection =
      new HttpGeminiConnection(URI.create("http://127.0.0.1:" + server.port()));
  private final HttpGeminiModel model =
      new HttpGeminiModel(connection, Optional.of(new SecretText("pooled")));
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  GeminiBrokenStreamTest() {
    server.reply(stream(StreamEnd.WHOLE, says("Hello", "STOP", USAGE)));
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void aBlockedPromptThatIsBilledIsAnEmptyAnswer() throws Exception {
    var answered =
        whole("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"},\"usageMetadata\":" + USAGE + "}");

    assertThat(answered.text()).isEmpty();
    assertThat(answered.finish()).isEqualTo(Finish.CONTENT_FILTER);
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
  }

  @Test
  void aBlockedPromptThatIsNotBilledOwesNothing() throws Exception {
    server.reply(stream(StreamEnd.WHOLE, "{\"promptFeedback\":{\"blockReason\":\"OTHER\"}}"));

    assertThat(((Failed) call(TIMEOUT)).fault()).isEqualTo(Fault.REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CUT", "HANG"})
  void aStreamThatBreaksOffLosesNothingThatCame(StreamEnd end) throws Exception {
    var prepared = model.prepare(TestingRequests.of(MODEL, "Hello"));
    server.reply(stream(end, says("hello ", "", "{}"), says("world", "", "{}")));

    var answered = (Answered) prepared.call(TestingHolds.wallet(500), SHORT, told::add);

    assertThat(answered.text()).isEqualTo("hello world");
    assertThat(told).containsExactly("hello ", "world");
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.usage()).contains(new TokenUsage(prepared.inputParts().total(), 2, 0, 0));
    assertThat(answered.isEstimated()).isTrue();
  }

  @Test
  void halfAChunkIsNone() throws Exception {
    server.reply(
        TestingOpenAiServer.stream(
            List.of(event(says("hello", "", USAGE)), "data: {\"candidates\":[{\"con"),
            StreamEnd.CUT));

    var answered = (Answered) call(TIMEOUT);

    assertThat(answered.text()).isEqualTo("hello");
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
  }

  @Test
  void aStreamThatEndsWithoutAReasonIsCut() throws Exception {
    assertThat(whole(says("hello", "", USAGE)).finish()).isEqualTo(Finish.CUT);
  }

  @Test
  void aStreamThatTricklesIsCutAtTheDeadline() throws Exception {
    var pieces = new ArrayList<>(List.of(event(says("hello", "", USAGE))));
    pieces.addAll(Collections.nCopies(300, ":"));
    server.reply(
        new Reply.Stream("text/event-stream", pieces, Duration.ofMillis(100), StreamEnd.WHOLE));
    long startedNanos = System.nanoTime();

    var answered = (Answered) call(SHORT);

    assertThat(answered.finish()).isEqualTo(Finish.CUT);
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>hello</html>", "{}", "[]", "null", "{\"candidates\":[{\"con"})
  void aSuccessWithoutContentIsUnanswered(String body) throws Exception {
    server.reply(TestingOpenAiServer.ok(body));

    assertThat(((Failed) call(TIMEOUT)).fault()).isEqualTo(Fault.UNANSWERED);
  }

  @Test
  void silenceIsUnanswered() throws Exception {
    server.reply(new Reply.Hang());

    var failed = (Failed) call(SHORT);

    assertThat(failed.fault()).isEqualTo(Fault.UNANSWERED);
    assertThat(failed.operatorText()).contains("gemini", "time ran out");
  }

  @ParameterizedTest
  @CsvSource({
    "307, REFUSED",
    "400, REFUSED",
    "403, REFUSED",
    "404, REFUSED",
    "408, UNAVAILABLE",
    "429, UNAVAILABLE",
    "500, UNAVAILABLE",
    "503, UNAVAILABLE"
  })
  void nothingIsTriedTwiceAndAStatusTellsWhoseFaultItIs(int status, Fault fault) throws Exception {
    server.replies(request ->
        new Reply.Answer(
            status,
            Map.of("location", "/elsewhere"),
            "{\"error\":{\"code\":1,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":"
                + JSON.valueToTree(request.headers() + request.text())
                + "}}"));
    long startedNanos = System.nanoTime();

    var failed = (Failed) call(TIMEOUT);

    assertThat(failed.fault()).isEqualTo(fault);
    assertThat(failed.operatorText())
        .contains("gemini", "HTTP " + status, "RESOURCE_EXHAUSTED")
        .doesNotContain("pooled", "Hello");
    assertThat(server.received()).hasSize(1);
    assertThat(Duration.ofNanos(System.nanoTime() - startedNanos))
        .as("the SDK sleeps after a status that it would repeat")
        .isLessThan(Duration.ofMillis(900));
  }

  @Test
  void anErrorInsteadOfAnAnswerOwesNothing() throws Exception {
    server.reply(
        stream(
            StreamEnd.WHOLE,
            "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"x\"}}"));

    assertThat(((Failed) call(TIMEOUT)).fault()).isEqualTo(Fault.UNAVAILABLE);
  }

  @Test
  void anErrorAfterTextIsACut() throws Exception {
    var answered =
        whole(
            says("hello", "", USAGE),
            "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\",\"message\":\"x\"}}");

    assertThat(answered.text()).isEqualTo("hello");
    assertThat(answered.finish()).isEqualTo(Finish.CUT);
  }

  private static String says(String text, String finishReason, String usage) {
    return chunk(
        "{\"parts\":[{\"text\":\"" + text + "\"}],\"role\":\"model\"}", finishReason, usage);
  }

  private static String chunk(String content, String finishReason, String usage) {
    String end = finishReason.isEmpty() ? "" : ",\"finishReason\":\"" + finishReason + "\"";
    return "{\"candidates\":[{\"content\":%s%s,\"index\":0}],\"usageMetadata\":%s,\"modelVersion\":\"gemini-2.5-flash\",\"responseId\":\"resp-1\"}"
        .formatted(content, end, usage);
  }

  private static Reply stream(StreamEnd end, String... chunks) {
    return TestingOpenAiServer.stream(
        List.of(chunks).stream().map(TestingOpenAiServer::event).toList(), end);
  }

  private Answered whole(String... chunks) throws ModelUnavailable {
    server.reply(stream(StreamEnd.WHOLE, chunks));
    return (Answered) call(TIMEOUT);
  }

  private ModelReply call(Duration timeout) throws ModelUnavailable {
    return model
        .prepare(TestingRequests.of(MODEL, "Hello"))
        .call(TestingHolds.wallet(500), timeout, told::add);
  }
}
