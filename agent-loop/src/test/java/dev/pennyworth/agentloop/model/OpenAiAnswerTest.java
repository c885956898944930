package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Answers as real servers write them, odd ones included.
class OpenAiAnswerTest {
  private static final String USAGE =
      "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}";

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpOpenAiConnection connection = new HttpOpenAiConnection();
  private final HttpOpenAiModel model =
      HttpOpenAiModel.openai(
          connection, Optional.of(new SecretText("sk-pooled")), Optional.of(server.baseUrl()));

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # usage as sent                                                                                | input | output | read | write
          {"prompt_tokens":485,"completion_tokens":42,"total_tokens":527}                                | 485 | 42 | 0   | 0
          {"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":64}}       | 36  | 7  | 64  | 0
          {"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30}} | 10 | 7 | 60 | 30
          {"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":100}}      | 0   | 7  | 100 | 0
          {"prompt_tokens":100,"completion_tokens":7,"prompt_tokens_details":null}                       | 100 | 7  | 0   | 0
          {"prompt_tokens":10,"completion_tokens":50,"completion_tokens_details":{"reasoning_tokens":40},"total_tokens":60} | 10 | 50 | 0 | 0
          {"prompt_tokens":10,"completion_tokens":5,"total_tokens":40}                                   | 10  | 30 | 0   | 0
          {"prompt_tokens":10,"completion_tokens":5,"total_tokens":3}                                    | 10  | 5  | 0   | 0
          {"prompt_tokens":10,"total_tokens":12}                                                         | 10  | 2  | 0   | 0
          {"total_tokens":12}                                                                            | 0   | 12 | 0   | 0
          {"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":11}}        | 10  | 5  | 0   | 0
          {"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":-1}}        | 10  | 5  | 0   | 0
          {"prompt_tokens":10.0,"completion_tokens":5.0}                                                 | 10  | 5  | 0   | 0
          """)
  void usageFallsIntoDisjointBuckets(
      String usage, long input, long output, long cacheRead, long cacheWrite) throws Exception {
    var answered = answerTo("{\"content\":\"Hi\"}", "\"stop\"", usage);

    assertThat(answered.usage()).contains(new TokenUsage(input, output, cacheRead, cacheWrite));
    assertThat(answered.rawUsageJson()).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          null
          {}
          []
          {"prompt_tokens":-5,"completion_tokens":5}
          {"prompt_tokens":10,"completion_tokens":-1}
          {"prompt_tokens":10.5,"completion_tokens":5}
          {"prompt_tokens":"10","completion_tokens":5}
          {"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807}
          {"prompt_tokens":1e300,"completion_tokens":5}
          """)
  void usageThatCannotBeBelievedIsNone(String usage) throws Exception {
    assertThat(answerTo("{\"content\":\"Hi\"}", "\"stop\"", usage).usage()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "stop"           | STOP
          "length"         | LENGTH
          "content_filter" | CONTENT_FILTER
          "eos"            | STOP
          null             | STOP
          """)
  void theEndIsNamed(String finishReason, Finish finish) throws Exception {
    assertThat(answerTo("{\"content\":\"Hi\"}", finishReason, USAGE).finish()).isEqualTo(finish);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"content":"Hi"}                                               | Hi
          {"content":null}                                               | ``
          {}                                                             | ``
          {"content":null,"refusal":"I won't."}                          | I won't.
          {"content":"Hi","refusal":null}                                | Hi
          {"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]} | ab
          {"content":"a\\u0000b\\ud800c"}                                | a\uFFFDb\uFFFDc
          """)
  void theTextIsWhatTheModelSaid(String message, String text) throws Exception {
    assertThat(answerTo(message, "\"stop\"", USAGE).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"id":"a","type":"function","function":{"name":"clock","arguments":"{\\"x\\":1}"}} | a      | clock | {"x":1}
          {"id":"a","type":"function","function":{"name":"clock","arguments":""}}            | a      | clock | {}
          {"id":"a","type":"function","function":{"name":"clock","arguments":null}}          | a      | clock | {}
          {"id":"a","type":"function","function":{"name":"clock"}}                           | a      | clock | {}
          {"id":"a","type":"function","function":{"name":"clock","arguments":{"x":1}}}       | a      | clock | {"x":1}
          {"id":"a","type":"function","function":{"name":"clock","arguments":"not JSON"}}    | a      | clock | not JSON
          {"function":{"name":"clock","arguments":"{}"}}                                     | call_1 | clock | {}
          {"id":"a"}                                                                         | a      | ``    | {}
          """)
  void aToolCallIsReadWhateverItLacks(String call, String id, String name, String arguments)
      throws Exception {
    var answered = answerTo("{\"content\":null,\"tool_calls\":[" + call + "]}", "\"stop\"", USAGE);

    assertThat(answered.toolCalls()).containsExactly(new ToolCall(id, name, arguments));
    assertThat(answered.finish()).isEqualTo(Finish.TOOL_CALLS);
  }

  @Test
  void ofSeveralChoicesTheFirstCounts() throws Exception {
    var answered =
        answer(
            """
            {"choices":[{"message":{"content":"first"}},{"message":{"content":"second"}}]}\
            """);

    assertThat(answered.text()).isEqualTo("first");
    assertThat(answered.usage()).isEmpty();
    assertThat(answered.rawUsageJson()).isEmpty();
  }

  @Test
  void usageWithoutAChoiceIsAnEmptyAnswerThatCosts() throws Exception {
    var answered = answer("{\"choices\":[],\"usage\":" + USAGE + "}");

    assertThat(answered.text()).isEmpty();
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
  }

  @Test
  void withoutAHeaderTheBodysIdNamesTheCall() throws Exception {
    server.reply(
        new Reply.Answer(
            200,
            Map.of(),
            "{\"id\":\"chatcmpl-7\",\"choices\":[{\"message\":{\"content\":\"Hi\"}}]}"));

    assertThat(call().providerRequestId()).contains("chatcmpl-7");
  }

  private Answered answerTo(String message, String finishReason, String usage) throws Exception {
    return answer(
        "{\"id\":\"x\",\"choices\":[{\"index\":0,\"finish_reason\":%s,\"message\":%s}],\"usage\":%s}"
            .formatted(finishReason, message, usage));
  }

  private Answered answer(String body) throws Exception {
    server.reply(TestingOpenAiServer.ok(body));
    return call();
  }

  private Answered call() throws ModelUnavailable {
    return (Answered)
        model
            .prepare(TestingRequests.saying("Hello"))
            .call(TestingHolds.wallet(500), Duration.ofSeconds(20), _ -> {});
  }
}
