package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.billing.TestingHolds;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes over the wire to Anthropic, and with whose key.
class HttpAnthropicModelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String MODEL = "claude-sonnet-4-6";
  private static final String POOLED_KEY = "sk-ant-pooled";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"zone":{"type":"string","enum":["UTC"],"x-odd":[1,2.5,null]}},
       "required":["zone"],"additionalProperties":false,"$defs":{"z":{"minimum":9007199254740993}}}
      """;

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpAnthropicConnection connection = new HttpAnthropicConnection();
  private final HttpAnthropicModel model = model(Optional.of(new SecretText(POOLED_KEY)), "");

  @BeforeEach
  void answer() {
    var plain =
        TestingTranscripts.of("anthropic").stream()
            .filter(one -> one.name().equals("plain"))
            .findFirst();
    server.reply(plain.orElseThrow().reply());
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void theWholeContextIsSentWithTheResultsOfParallelToolsInOneMessage() throws Exception {
    var messages =
        List.<ChatMessage>of(
            new ChatMessage.Assistant("Welcome!", List.of()),
            new ChatMessage.User("What time is it?"),
            new ChatMessage.Assistant("", List.of()),
            new ChatMessage.Assistant(
                "I look.",
                List.of(
                    new ToolCall("toolu_a", "clock", "{\"zone\":\"UTC\",\"n\":1.50}"),
                    new ToolCall("call.b", "clock", "no JSON"))),
            new ChatMessage.ToolResult("toolu_a", "clock", "noon"),
            new ChatMessage.ToolResult("call.b", "clock", ""));
    var tools =
        List.of(
            new ToolSpec("first", "One.", "{\"type\":\"object\",\"properties\":{}}"),
            new ToolSpec("clock", "Tells time.", SCHEMA));

    answered(TestingRequests.of(MODEL, messages, 1, tools));

    var expected =
        """
        {"model":"claude-sonnet-4-6","max_tokens":500,"stream":true,
         "system":[{"type":"text","text":"You help.","cache_control":{"type":"ephemeral"}}],
         "messages":[
           {"role":"user","content":[{"type":"text","text":"What time is it?"}]},
           {"role":"assistant","content":[
             {"type":"text","text":"I look."},
             {"type":"tool_use","id":"toolu_a","name":"clock","input":{"zone":"UTC","n":1.5}},
             {"type":"tool_use","id":"call_b","name":"clock","input":{"arguments":"no JSON"}}]},
           {"role":"user","content":[
             {"type":"tool_result","tool_use_id":"toolu_a","content":"noon"},
             {"type":"tool_result","tool_use_id":"call_b","content":"(empty)",
              "cache_control":{"type":"ephemeral"}}]}],
         "tools":[
           {"name":"first","description":"One.",
            "input_schema":{"type":"object","properties":{}}},
           {"name":"clock","description":"Tells time.","input_schema":%s,
            "cache_control":{"type":"ephemeral"}}]}
        """
            .formatted(SCHEMA);
    assertThat(sent()).isEqualTo(JSON.readTree(expected));
  }

  @Test
  void withoutToolsTheMessagesAreNotWrittenToTheCache() throws Exception {
    answered(TestingRequests.of(MODEL, "Hello"));

    assertThat(sent().path("system").findValues("cache_control")).hasSize(1);
    assertThat(sent().path("messages").findValues("cache_control")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0.25, 0.25", "1.7, 1.0", "0, 0.0"})
  void aTemperatureIsClippedAndSentByTheVersionThatTakesOne(double asked, double sent)
      throws Exception {
    answered(TestingRequests.withTemperature(TestingRequests.of(MODEL, "Hello"), asked));

    assertThat(sent().path("temperature").doubleValue()).isEqualTo(sent);
    assertThat(header("anthropic-version")).isEqualTo("2023-06-01");
  }

  @Test
  void withoutATemperatureTheNewestVersionIsAsked() throws Exception {
    answered(TestingRequests.of(MODEL, "Hello"));

    assertThat(sent().has("temperature")).isFalse();
    assertThat(header("anthropic-version")).isEqualTo("2026-10-21");
  }

  @Test
  void halfACharacterIsReplacedSinceItCannotBeSent() throws Exception {
    answered(TestingRequests.of(MODEL, "a\ud800b"));

    assertThat(sent().at("/messages/0/content/0/text").asText()).isEqualTo("a\uFFFDb");
  }

  @Test
  void aTextOfSpacesIsNotSentAsOne() throws Exception {
    answered(TestingRequests.of(MODEL, "  \n "));

    assertThat(sent().at("/messages/0/content/0/text").asText()).isEqualTo("(empty)");
  }

  @Test
  void theAnswerTellsTheProvidersIdAndItsUsageAsItCame() throws Exception {
    var answered = answered(TestingRequests.of(MODEL, "Hello"));

    assertThat(answered.providerRequestId()).contains("req_golden");
    assertThat(JSON.readTree(answered.rawUsageJson().orElseThrow()))
        .isEqualTo(
            JSON.readTree(
                """
                {"input_tokens":25,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,
                 "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},
                 "output_tokens":15,"service_tier":"standard","inference_geo":"global"}
                """));
  }

  @Test
  void theBotsOwnKeyGoesBeforeThePooledOne() throws Exception {
    answered(TestingRequests.withKey(TestingRequests.of(MODEL, "Hello"), " sk-ant-owners "));

    assertThat(header("x-api-key")).isEqualTo("sk-ant-owners");
    assertThat(server.onlyReceived().headers()).doesNotContainKey("authorization");
    assertThat(server.onlyReceived().headers().values())
        .noneMatch(value -> value.contains(POOLED_KEY));
  }

  @Test
  void eachCallHasItsOwnKey() throws Exception {
    answered(TestingRequests.withKey(TestingRequests.of(MODEL, "Hello"), "sk-ant-owners"));
    answered(TestingRequests.of(MODEL, "Hello"));

    assertThat(server.received())
        .extracting(received -> received.header("x-api-key"))
        .containsExactly("sk-ant-owners", POOLED_KEY);
  }

  @Test
  void aByokBotWithoutAKeyIsNotServedAtTheOperatorsExpense() throws Exception {
    var reply =
        model
            .prepare(TestingRequests.of(MODEL, "Hello"))
            .call(TestingHolds.byok(500), TIMEOUT, _ -> {});

    assertThat(reply)
        .isInstanceOfSatisfying(
            Failed.class, failed -> assertThat(failed.fault()).isEqualTo(Fault.REFUSED));
    assertThat(server.received()).isEmpty();
  }

  @Test
  void withoutAnyKeyTheOwnerIsToldWhatToSet() {
    assertThatThrownBy(
            () -> model(Optional.empty(), "").prepare(TestingRequests.of(MODEL, "Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("ANTHROPIC_API_KEY")
        .hasMessageContaining("llm_api_key");
  }

  @Test
  void aKeyThatCannotBeAHeaderIsRefusedWithoutBeingTold() {
    var request = TestingRequests.withKey(TestingRequests.of(MODEL, "Hello"), "sk-cana\nry");

    assertThatThrownBy(() -> model.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("llm_api_key")
        .hasMessageNotContaining("sk-cana");
  }

  @Test
  void thePooledKeyIsNotSentToAnOwnersBaseUrl() {
    var request = TestingRequests.at(TestingRequests.of(MODEL, "Hello"), URI.create("http://a.b"));

    assertThatThrownBy(() -> model.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("base_url");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/v1", "/v1/"})
  void aBaseUrlMayEndWithTheVersionAsOtherVendorsDo(String end) throws Exception {
    model(Optional.of(new SecretText(POOLED_KEY)), end)
        .prepare(TestingRequests.of(MODEL, "Hello"))
        .call(TestingHolds.wallet(500), TIMEOUT, _ -> {});

    assertThat(server.onlyReceived().path()).isEqualTo("/v1/messages");
  }

  @Test
  void aToolWithoutASchemaIsToldToTheOwner() {
    var request =
        TestingRequests.of(
            MODEL,
            List.of(new ChatMessage.User("Hello")),
            0,
            List.of(new ToolSpec("clock", "Tells time.", "[1")));

    assertThatThrownBy(() -> model.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("clock");
  }

  @Test
  void theBoundCoversTheBytesOnTheWire() throws Exception {
    var request =
        TestingRequests.of(
            MODEL,
            List.of(new ChatMessage.User("नमस्ते दुनिया ".repeat(50))),
            0,
            List.of(new ToolSpec("clock", "Tells time.", SCHEMA)));
    var prepared = model.prepare(request);
    prepared.call(TestingHolds.wallet(200_000), TIMEOUT, _ -> {});

    int bytesOnTheWire = server.onlyReceived().text().getBytes(StandardCharsets.UTF_8).length;
    assertThat(prepared.inputTokensMax())
        .isGreaterThanOrEqualTo(bytesOnTheWire)
        .isLessThanOrEqualTo(bytesOnTheWire + 1_024);
    assertThat(prepared.inputTokensMaxTight()).isEqualTo(prepared.inputTokensMax());
  }

  @Test
  void aRoundTripThroughTwoParallelToolsSendsBackWhatTheModelAsked() throws Exception {
    server.reply(
        TestingTranscripts.of("anthropic").stream()
            .filter(one -> one.name().equals("tools"))
            .findFirst()
            .orElseThrow()
            .reply());
    var asked = answered(TestingRequests.of(MODEL, "What time is it?"));
    var messages = new ArrayList<ChatMessage>();
    messages.add(new ChatMessage.User("What time is it?"));
    messages.add(new ChatMessage.Assistant(asked.text(), asked.toolCalls()));
    asked
        .toolCalls()
        .forEach(call ->
            messages.add(
                new ChatMessage.ToolResult(call.id(), call.toolName(), "noon " + call.id())));

    answered(TestingRequests.of(MODEL, messages, 0, List.of()));

    var sent = server.received().getLast().body().path("messages");
    assertThat(sent).hasSize(3);
    assertThat(sent.at("/1/content").findValuesAsText("id"))
        .containsExactly("toolu_01A", "toolu_01B", "toolu_01C");
    assertThat(sent.at("/1/content/1/input/zone").asText()).isEqualTo("Europe/Berlin");
    assertThat(sent.at("/2/content").findValuesAsText("tool_use_id"))
        .containsExactly("toolu_01A", "toolu_01B", "toolu_01C");
  }

  @Test
  void whatTheProviderSaysInAnErrorIsNotToldOn() throws Exception {
    server.reply(
        new Reply.Answer(
            401,
            Map.of(),
            "{\"type\":\"error\",\"error\":{\"type\":\"bad sk-ant-pooled\",\"message\":\"invalid"
                + " x-api-key sk-ant-pooled for Hello\"}}"));

    var reply =
        model
            .prepare(TestingRequests.of(MODEL, "Hello"))
            .call(TestingHolds.wallet(500), TIMEOUT, _ -> {});

    assertThat(reply).isEqualTo(new Failed(Fault.REFUSED, "anthropic refused the call: HTTP 401"));
  }

  private HttpAnthropicModel model(Optional<SecretText> key, String end) {
    return new HttpAnthropicModel(
        connection, key, Optional.of(URI.create("http://127.0.0.1:" + server.port() + end)));
  }

  private Answered answered(ModelRequest request) throws ModelUnavailable {
    return (Answered) model.prepare(request).call(TestingHolds.wallet(500), TIMEOUT, _ -> {});
  }

  private JsonNode sent() {
    return server.onlyReceived().body();
  }

  private String header(String name) {
    return server.onlyReceived().header(name);
  }
}
