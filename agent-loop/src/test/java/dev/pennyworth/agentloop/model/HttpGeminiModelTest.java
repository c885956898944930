package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes over the wire to Gemini, and what comes back, odd and broken answers included.
class HttpGeminiModelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String MODEL = "gemini-2.5-flash";
  private static final String PATH = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
  private static final String USAGE =
      "{\"promptTokenCount\":10,\"candidatesTokenCount\":5,\"totalTokenCount\":15}";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpGeminiConnection connection =
      new HttpGeminiConnection(URI.create("http://127.0.0.1:" + server.port()));
  private final HttpGeminiModel model =
      new HttpGeminiModel(connection, Optional.of(new SecretText("pooled")));
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  HttpGeminiModelTest() {
    server.reply(stream(StreamEnd.WHOLE, says("Hello", "STOP", USAGE)));
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void theWholeContextIsSent() throws Exception {
    var messages =
        List.<ChatMessage>of(
            new ChatMessage.User("What time is it?"),
            new ChatMessage.Assistant(
                "Let me see.",
                List.of(
                    new ToolCall("call_1", "clock", "{\"zone\":\"UTC\"}", Optional.of("c2ln")),
                    new ToolCall("given", "add", "no JSON"))),
            new ChatMessage.ToolResult("call_1", "clock", "noon"),
            new ChatMessage.ToolResult("given", "add", "3"),
            new ChatMessage.Assistant("", List.of()),
            new ChatMessage.User("Thanks"));
    String schema =
        """
        {"type":"object","properties":{"zone":{"type":"string","enum":["UTC"],"x-odd":[1,2.50,null]}},
         "required":["zone"],"additionalProperties":false,"$defs":{"z":{"minimum":9007199254740993}}}
        """;
    var request =
        TestingRequests.withTemperature(
            TestingRequests.of(
                MODEL, messages, 0, List.of(new ToolSpec("clock", "Tells time.", schema))),
            0.25);

    answered(request);

    assertThat(server.onlyReceived().path()).isEqualTo(PATH);
    assertThat(server.onlyReceived().header("x-goog-api-key")).isEqualTo("pooled");
    var expected =
        """
        {"contents":[
           {"role":"user","parts":[{"text":"What time is it?"}]},
           {"role":"model","parts":[{"text":"Let me see."},
             {"functionCall":{"name":"clock","args":{"zone":"UTC"}},"thoughtSignature":"c2ln"},
             {"functionCall":{"id":"given","name":"add","args":{}}}]},
           {"role":"user","parts":[
             {"functionResponse":{"name":"clock","response":{"output":"noon"}}},
             {"functionResponse":{"id":"given","name":"add","response":{"output":"3"}}}]},
           {"role":"user","parts":[{"text":"Thanks"}]}],
         "systemInstruction":{"role":"user","parts":[{"text":"You help."}]},
         "tools":[{"functionDeclarations":[
           {"name":"clock","description":"Tells time.","parametersJsonSchema":%s}]}],
         "generationConfig":{"temperature":0.25,"maxOutputTokens":500}}
        """
            .formatted(schema);
    assertThat(sent()).isEqualTo(JSON.readTree(expected));
  }

  @Test
  void theBoundCoversTheBytesOnTheWire() throws Exception {
    var messages = new ArrayList<ChatMessage>();
    for (int i = 0; i < 50; i++) {
      messages.add(new ChatMessage.User("नमस्ते \"दुनिया\" " + i));
      messages.add(new ChatMessage.Assistant("", List.of(new ToolCall("x", "f", "{\"a\":1}"))));
      messages.add(new ChatMessage.ToolResult("x", "f", "{}"));
    }
    var prepared = model.prepare(TestingRequests.of(MODEL, messages, 0, List.of()));
    prepared.call(TestingHolds.wallet(500), TIMEOUT, _ -> {});

    int bytesOnTheWire = server.onlyReceived().text().getBytes(StandardCharsets.UTF_8).length;
    assertThat(prepared.inputTokensMax()).isBetween((long) bytesOnTheWire, bytesOnTheWire + 1_024L);
    assertThat(prepared.inputTokensMaxTight()).isEqualTo(prepared.inputTokensMax());
  }

  @Test
  void piecesAreToldAndThoughtsAreNot() throws Exception {
    var answered =
        whole(
            chunk("{\"parts\":[{\"text\":\"hm\",\"thought\":true}],\"role\":\"model\"}", "", USAGE),
            says("Good ", "", USAGE),
            says(
                "morning",
                "STOP",
                "{\"promptTokenCount\":100,\"cachedContentTokenCount\":60,\"toolUsePromptTokenCount\":7,\"candidatesTokenCount\":5,\"thoughtsTokenCount\":11,\"totalTokenCount\":123}"));

    assertThat(told).containsExactly("Good ", "morning");
    assertThat(answered.text()).isEqualTo("Good morning");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
    assertThat(answered.usage()).contains(new TokenUsage(47, 16, 60, 0));
    assertThat(answered.isEstimated()).isFalse();
    assertThat(answered.providerRequestId()).contains("resp-1");
    assertThat(answered.rawUsageJson().orElseThrow()).contains("\"thoughtsTokenCount\":11");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":40} | 10 | 30 | 0  | true
          {"totalTokenCount":12}                                                | 0  | 12 | 0  | true
          {"promptTokenCount":10,"totalTokenCount":10}                          | 10 | 0  | 0  | false
          {"promptTokenCount":10,"candidatesTokenCount":5}                      | 10 | 5  | 0  | false
          {"promptTokenCount":10,"cachedContentTokenCount":11}                  | 10 | 0  | 0  | false
          """)
  void usageFallsIntoDisjointBuckets(
      String usage, long input, long output, long read, boolean isEstimated) throws Exception {
    var answered = whole(says("Hi", "STOP", usage));

    assertThat(answered.usage()).contains(new TokenUsage(input, output, read, 0));
    assertThat(answered.isEstimated()).isEqualTo(isEstimated);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"promptTokenCount\":-1,\"totalTokenCount\":5}",
        "{\"candidatesTokenCount\":5}"
      })
  void usageThatCannotBeBelievedIsNone(String usage) throws Exception {
    assertThat(whole(says("Hi", "STOP", usage)).usage()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, STOP",
    "MAX_TOKENS, LENGTH",
    "SAFETY, CONTENT_FILTER",
    "RECITATION, CONTENT_FILTER",
    "PROHIBITED_CONTENT, CONTENT_FILTER",
    "BLOCKLIST, CONTENT_FILTER",
    "SPII, CONTENT_FILTER",
    "MALFORMED_FUNCTION_CALL, STOP",
    "SOMETHING_NEW, STOP"
  })
  void theEndIsNamed(String finishReason, Finish finish) throws Exception {
    assertThat(whole(says("Hi", finishReason, USAGE)).finish()).isEqualTo(finish);
  }

  @Test
  void aToolCallComesBackWithTheSignatureOfItsThought() throws Exception {
    String parts =
        """
        {"parts":[{"functionCall":{"name":"clock","args":{"zone":"UTC","n":1}},"thoughtSignature":"c2ln"},
        {"functionCall":{"id":"given","name":"add"}}],"role":"model"}\
        """
            .replace("\n", "");

    var answered = whole(chunk(parts, "STOP", USAGE));

    assertThat(answered.finish()).isEqualTo(Finish.TOOL_CALLS);
    assertThat(answered.toolCalls())
        .containsExactly(
            new ToolCall("call_1", "clock", "{\"zone\":\"UTC\",\"n\":1}", Optional.of("c2ln")),
            new ToolCall("given", "add", "{}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "[%s]", "\n [ %s,\n{} ]"})
  void aPlainAnswerIsUnderstood(String document) throws Exception {
    server.reply(TestingOpenAiServer.ok(document.formatted(says("Hi", "STOP", USAGE))));

    var answered = (Answered) call(TIMEOUT);

    assertThat(answered.text()).isEqualTo("Hi");
    assertThat(answered.usage()).contains(new TokenUsage(10, 5, 0, 0));
  }

  @Test
  void aHundredKeysNeedNotAThreadMore() throws Exception {
    server.replies(request ->
        new Reply.Later(
            Duration.ofMillis(300),
            stream(StreamEnd.WHOLE, says(request.header("x-goog-api-key"), "STOP", USAGE))));
    answered(TestingRequests.of(MODEL, "warm up"));
    var threads = ManagementFactory.getThreadMXBean();
    int before = threads.getThreadCount();
    threads.resetPeakThreadCount();

    var texts = new ArrayList<Future<String>>();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        var request = TestingRequests.withKey(TestingRequests.of(MODEL, "Hello"), "key-" + i);
        texts.add(callers.submit(() -> answered(request).text()));
      }
    }

    for (int i = 0; i < 100; i++) {
      assertThat(texts.get(i).get()).isEqualTo("key-" + i);
    }
    // A few for the machine's own carriers, none for a key.
    assertThat(threads.getPeakThreadCount() - before).isLessThan(20);
  }

  @Test
  void aByokBotWithoutAKeyIsNotServedAtTheOperatorsExpense() throws Exception {
    var reply =
        model
            .prepare(TestingRequests.of(MODEL, "Hello"))
            .call(TestingHolds.byok(500), TIMEOUT, _ -> {});

    assertThat(((Failed) reply).fault()).isEqualTo(Fault.REFUSED);
    assertThat(server.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../tunedModels/x", "a?b", "a b", "", "a%2fb"})
  void aModelThatIsNoNameIsRefused(String name) {
    assertThatThrownBy(() -> model.prepare(TestingRequests.of(name, "Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("llm_model");
  }

  @Test
  void withoutAnyKeyTheOwnerIsToldWhatToSet() {
    var keyless = new HttpGeminiModel(connection, Optional.empty());

    assertThatThrownBy(() -> keyless.prepare(TestingRequests.of(MODEL, "Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("GEMINI_API_KEY")
        .hasMessageContaining("llm_api_key");
  }

  @ParameterizedTest
  @CsvSource({"/v1beta, /v1beta", "/v1beta/, /v1beta", "/proxy, /proxy/v1beta", "/v1, /v1"})
  void theVersionMayBePartOfTheAddress(String path, String called) throws Exception {
    var url = URI.create("http://127.0.0.1:" + server.port() + path);
    try (var there = new HttpGeminiConnection(url)) {
      new HttpGeminiModel(there, Optional.of(new SecretText("pooled")))
          .prepare(TestingRequests.of(MODEL, "Hello"))
          .call(TestingHolds.wallet(500), TIMEOUT, _ -> {});
    }

    assertThat(server.onlyReceived().path())
        .isEqualTo(called + "/models/gemini-2.5-flash:streamGenerateContent");
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

  private Answered answered(ModelRequest request) throws ModelUnavailable {
    return (Answered) model.prepare(request).call(TestingHolds.wallet(500), TIMEOUT, told::add);
  }

  private ModelReply call(Duration timeout) throws ModelUnavailable {
    return model
        .prepare(TestingRequests.of(MODEL, "Hello"))
        .call(TestingHolds.wallet(500), timeout, told::add);
  }

  private JsonNode sent() {
    return server.onlyReceived().body();
  }
}
