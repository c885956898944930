package dev.pennyworth.agentloop.model;

import static dev.pennyworth.agentloop.TestingOpenAiServer.delta;
import static dev.pennyworth.agentloop.TestingOpenAiServer.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.TestingOpenAiServer.StreamEnd;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams as real servers write them, and as they break.
class OpenAiStreamTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
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

  @Test
  void piecesAreToldAndAddUpToTheText() throws Exception {
    var answered = whole(says("Good "), says("morning"), STOP, USAGE, DONE);

    assertThat(told).containsExactly("Good ", "morning");
    assertThat(answered.text()).isEqualTo("Good morning");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
    assertThat(answered.isEstimated()).isFalse();
    assertThat(answered.providerRequestId()).contains(TestingOpenAiServer.REQUEST_ID);
  }

  @Test
  void aPieceIsToldBeforeTheNextOneComes() throws Exception {
    server.reply(
        new Reply.Stream(
            "text/event-stream", List.of(says("first")), Duration.ZERO, StreamEnd.HANG));
    var heard = new CountDownLatch(1);
    var prepared = model.prepare(TestingRequests.saying("Hello"));

    var caller =
        Thread.startVirtualThread(
            () -> prepared.call(TestingHolds.wallet(500), TIMEOUT, _ -> heard.countDown()));

    assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(caller.isAlive()).isTrue();
    server.close();
    caller.join();
  }

  @Test
  void theTwoHalvesOfACharacterAreToldTogether() throws Exception {
    var answered = whole(says("a\\ud83d"), says("\\ude00b"), says("\\ud83d"), STOP, USAGE, DONE);

    assertThat(told).containsExactly("a", "😀b", "\uFFFD");
    assertThat(answered.text()).isEqualTo(String.join("", told));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json", "text/event-stream", "text/plain", "application/octet-stream"})
  void aPlainAnswerIsUnderstoodWhateverItCallsItself(String contentType) throws Exception {
    String body = "{\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}";

    var answered = (Answered) reply(contentType, StreamEnd.WHOLE, "\n " + body);

    assertThat(answered.text()).isEqualTo("Hi");
    assertThat(told).containsExactly("Hi");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain"})
  void aStreamIsUnderstoodWhateverItCallsItself(String contentType) throws Exception {
    var answered =
        (Answered) reply(contentType, StreamEnd.WHOLE, ": hello\n\n", says("Hi"), STOP, DONE);

    assertThat(answered.text()).isEqualTo("Hi");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}
          {"choices":null,"usage":{"prompt_tokens":10,"completion_tokens":5}}
          {"choices":[{"index":0,"delta":{},"usage":{"prompt_tokens":10,"completion_tokens":5}}]}
          {"id":"x","x_groq":{"id":"req","usage":{"prompt_tokens":10,"completion_tokens":5}},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}
          """)
  void usageMayComeInAnyChunk(String chunk) throws Exception {
    var first = whole(event(chunk), says("Hi"), STOP, DONE);
    var last = whole(says("Hi"), STOP, event(chunk), DONE);

    assertThat(first.usage()).contains(new TokenUsage(10, 5, 0, 0)).isEqualTo(last.usage());
    assertThat(last.rawUsageJson().orElseThrow()).contains("\"prompt_tokens\":10");
  }

  @Test
  void ofARunningUsageTheLastCounts() throws Exception {
    var answered =
        whole(
            event(
                "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1}}"),
            event(
                "{\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}"),
            DONE);

    assertThat(answered.usage()).contains(new TokenUsage(10, 2, 0, 0));
  }

  @Test
  void aWholeStreamWithoutUsageHasNone() throws Exception {
    var answered = whole(says("Hi"), STOP, DONE);

    assertThat(answered.finish()).isEqualTo(Finish.STOP);
    assertThat(answered.usage()).isEmpty();
    assertThat(answered.isEstimated()).isFalse();
  }

  @Test
  void ofSeveralChoicesTheFirstCounts() throws Exception {
    var answered =
        whole(
            event(
                "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"second\"}},{\"index\":0,\"delta\":{\"content\":\"first\"}}]}"),
            STOP,
            DONE);

    assertThat(answered.text()).isEqualTo("first");
  }

  @Test
  void fieldsMayBeNullOrMissingOrOfAnotherKind() throws Exception {
    var answered =
        whole(
            event("{\"id\":7,\"choices\":[null,{\"delta\":null},{}],\"usage\":[]}"),
            event(
                "{\"choices\":[{\"index\":null,\"delta\":{\"content\":null,\"tool_calls\":null}}]}"),
            event(
                "{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}]}}]}"),
            event("{\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}]}"),
            DONE);

    assertThat(answered.text()).isEqualTo("Hi");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
  }

  @Test
  void aRefusalIsToldWhereItIsAllThereIs() throws Exception {
    var answered =
        whole(
            delta("{\"refusal\":\"I \"}", "null"),
            delta("{\"refusal\":\"won't.\"}", "null"),
            STOP,
            USAGE,
            DONE);

    assertThat(answered.text()).isEqualTo("I won't.");
    assertThat(told).containsExactly("I won't.");
  }

  /// Pieces of calls, separated by `;`.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"index":0,"id":"a","function":{"name":"clock","arguments":""}} ; {"index":0,"function":{"arguments":"{\\"x\\":"}} ; {"index":0,"function":{"arguments":"1}"}} | a clock {"x":1}
          {"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}} ; {"index":1,"id":"b","function":{"name":"add","arguments":"{}"}} | a clock {} ; b add {}
          {"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}} ; {"index":0,"id":"b","function":{"name":"add","arguments":"{}"}} | a clock {} ; b add {}
          {"id":"a","function":{"name":"clock","arguments":"{"}} ; {"function":{"arguments":"}"}} ; {"id":"b","function":{"name":"add"}} | a clock {} ; b add {}
          {"function":{"name":"clock","arguments":{"x":1}}} ; {"function":{"name":"add","arguments":null}} | call_1 clock {"x":1} ; call_2 add {}
          {"index":0,"function":{"name":"clock"}} ; {"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}} | a clock {}
          {"index":1,"id":"b","function":{"name":"add","arguments":"{"}} ; {"index":0,"id":"a","function":{"name":"clock","arguments":"{}"}} ; {"index":1,"function":{"arguments":"}"}} | b add {} ; a clock {}
          """)
  void piecesOfToolCallsFindEachOther(String pieces, String calls) throws Exception {
    var chunks = new ArrayList<String>();
    for (String piece : pieces.split(" ; ", -1)) {
      chunks.add(delta("{\"content\":null,\"tool_calls\":[" + piece + "]}", "null"));
    }
    chunks.addAll(List.of(delta("{}", "\"tool_calls\""), USAGE, DONE));

    var answered = whole(chunks.toArray(String[]::new));

    assertThat(answered.toolCalls()).isEqualTo(calls(calls));
    assertThat(answered.finish()).isEqualTo(Finish.TOOL_CALLS);
  }

  private static List<ToolCall> calls(String text) {
    return Arrays.stream(text.split(" ; "))
        .map(call -> call.split(" ", 3))
        .map(call -> new ToolCall(call[0], call[1], call[2]))
        .toList();
  }

  @Test
  void aThousandToolCallsAreCutToAHundredAndTwentyEight() throws Exception {
    var chunks = new ArrayList<String>();
    for (int i = 0; i < 1_000; i++) {
      chunks.add(
          delta(
              "{\"tool_calls\":[{\"index\":%d,\"id\":\"c%d\",\"function\":{\"name\":\"f\"}}]}"
                  .formatted(i, i),
              "null"));
    }
    chunks.add(delta("{}", "\"tool_calls\""));

    assertThat(whole(chunks.toArray(String[]::new)).toolCalls()).hasSize(128);
  }

  private static String says(String escaped) {
    return delta("{\"content\":\"" + escaped + "\"}", "null");
  }

  private Answered whole(String... pieces) throws ModelUnavailable {
    return (Answered) reply(StreamEnd.WHOLE, pieces);
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
