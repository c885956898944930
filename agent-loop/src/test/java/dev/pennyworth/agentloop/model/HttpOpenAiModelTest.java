package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.model.ModelReply.Answered;
import dev.pennyworth.agentloop.model.ModelReply.Failed;
import dev.pennyworth.agentloop.model.ModelReply.Fault;
import dev.pennyworth.agentloop.model.ModelReply.Finish;
import dev.pennyworth.billing.NanoUsd;
import dev.pennyworth.billing.TestingHolds;
import dev.pennyworth.billing.TokenUsage;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes over the wire, to whom, and with whose key.
class HttpOpenAiModelTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String POOLED_KEY = "sk-pooled";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpOpenAiConnection connection = new HttpOpenAiConnection();
  private final HttpOpenAiModel openai =
      HttpOpenAiModel.openai(
          connection, Optional.of(new SecretText(POOLED_KEY)), Optional.of(server.baseUrl()));
  private final HttpOpenAiModel custom = HttpOpenAiModel.custom(connection, true);

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void aCallOfGpt4oMiniCostsWhatItsTokensCost() throws Exception {
    var answered = answered(openai, TestingRequests.saying("Hello"));

    assertThat(answered.text()).isEqualTo("Hello from the stub.");
    assertThat(answered.finish()).isEqualTo(Finish.STOP);
    assertThat(answered.usage()).contains(new TokenUsage(485, 42, 0, 0));
    assertThat(answered.isEstimated()).isFalse();
    assertThat(answered.providerRequestId()).contains(TestingOpenAiServer.REQUEST_ID);
    assertThat(answered.rawUsageJson().orElseThrow()).contains("\"prompt_tokens\":485");
    assertThat(TestingHolds.GPT_4O_MINI.cost(answered.usage().orElseThrow()))
        .isEqualTo(new NanoUsd(97_950));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt-4o-mini", "gpt-4.1", "llama-3.3-70b-versatile", "openai/gpt-oss-20b"})
  void theHoldsTokensAreOnTheWire(String model) throws Exception {
    openai
        .prepare(TestingRequests.of(model, "Hello"))
        .call(TestingHolds.wallet(1_234), TIMEOUT, _ -> {});

    assertThat(sent().path("max_tokens").asLong()).isEqualTo(1_234);
    assertThat(sent().has("max_completion_tokens")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"o1", "o3-mini", "o4-mini-2025-04-16", "gpt-5", "gpt-5-nano", "gpt-5.1"})
  void reasoningModelsKnowTheFieldByAnotherNameAndNoTemperature(String model) throws Exception {
    var request = TestingRequests.withTemperature(TestingRequests.of(model, "Hello"), 0.5);

    openai.prepare(request).call(TestingHolds.wallet(1_234), TIMEOUT, _ -> {});

    assertThat(sent().path("max_completion_tokens").asLong()).isEqualTo(1_234);
    assertThat(sent().has("max_tokens")).isFalse();
    assertThat(sent().has("temperature")).isFalse();
  }

  @Test
  void theWholeContextIsSent() throws Exception {
    var messages =
        List.<ChatMessage>of(
            new ChatMessage.User("What time is it?"),
            new ChatMessage.Assistant(
                "", List.of(new ToolCall("call_a", "clock", "{\"zone\":\"UTC\"}"))),
            new ChatMessage.ToolResult("call_a", "clock", "noon"),
            new ChatMessage.Assistant("It is noon.", List.of()),
            new ChatMessage.User("Thanks"));
    var schema =
        """
        {"type":"object","properties":{"zone":{"type":"string","enum":["UTC"],"x-odd":[1,2.50,null]}},
         "required":["zone"],"additionalProperties":false,"$defs":{"z":{"minimum":9007199254740993}}}
        """;
    var request =
        TestingRequests.withTemperature(
            TestingRequests.of(
                "gpt-4o-mini", messages, 4, List.of(new ToolSpec("clock", "Tells time.", schema))),
            0.25);

    answered(openai, request);

    assertThat(server.onlyReceived().method()).isEqualTo("POST");
    assertThat(server.onlyReceived().path()).isEqualTo("/v1/chat/completions");
    var expected =
        """
        {"model":"gpt-4o-mini","temperature":0.25,"max_tokens":500,
         "stream":true,"stream_options":{"include_usage":true},
         "messages":[
           {"role":"system","content":"You help."},
           {"role":"user","content":"What time is it?"},
           {"role":"assistant","tool_calls":[{"id":"call_a","type":"function",
             "function":{"name":"clock","arguments":"{\\"zone\\":\\"UTC\\"}"}}]},
           {"role":"tool","tool_call_id":"call_a","content":"noon"},
           {"role":"assistant","content":"It is noon."},
           {"role":"user","content":"Thanks"}],
         "tools":[{"type":"function",
           "function":{"name":"clock","description":"Tells time.","parameters":%s}}]}
        """
            .formatted(schema);
    assertThat(sent()).isEqualTo(JSON.readTree(expected));
  }

  @Test
  void halfACharacterIsReplacedSinceItCannotBeSent() throws Exception {
    answered(openai, TestingRequests.saying("a\ud800b"));

    assertThat(sent().at("/messages/1/content").asText()).isEqualTo("a\uFFFDb");
  }

  @Test
  void toolCallsComeBack() throws Exception {
    server.reply(TestingOpenAiServer.toolCalls(Map.of("clock", "{\"zone\":\"UTC\"}"), 10, 5));

    var answered = answered(openai, TestingRequests.saying("Time?"));

    assertThat(answered.finish()).isEqualTo(Finish.TOOL_CALLS);
    assertThat(answered.text()).isEmpty();
    assertThat(answered.toolCalls())
        .containsExactly(new ToolCall("call_1", "clock", "{\"zone\":\"UTC\"}"));
  }

  @Test
  void theBotsOwnKeyGoesBeforeThePooledOne() throws Exception {
    answered(openai, TestingRequests.withKey(TestingRequests.saying("Hello"), "sk-owners"));

    assertThat(authorization()).isEqualTo("Bearer sk-owners");
  }

  @Test
  void thePooledKeyServesBotsWithoutOne() throws Exception {
    answered(openai, TestingRequests.saying("Hello"));

    assertThat(authorization()).isEqualTo("Bearer " + POOLED_KEY);
  }

  @Test
  void aByokBotWithoutAKeyIsNotServedAtTheOperatorsExpense() throws Exception {
    var reply =
        openai
            .prepare(TestingRequests.saying("Hello"))
            .call(TestingHolds.byok(500), TIMEOUT, _ -> {});

    assertThat(reply)
        .isInstanceOfSatisfying(
            Failed.class, failed -> assertThat(failed.fault()).isEqualTo(Fault.REFUSED));
    assertThat(server.received()).isEmpty();
  }

  @Test
  void withoutAnyKeyTheOwnerIsToldWhatToSet() {
    var keyless =
        HttpOpenAiModel.openai(connection, Optional.empty(), Optional.of(server.baseUrl()));

    assertThatThrownBy(() -> keyless.prepare(TestingRequests.saying("Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("OPENAI_API_KEY")
        .hasMessageContaining("llm_api_key");
    assertThatThrownBy(() ->
            HttpOpenAiModel.groq(connection, Optional.empty(), Optional.empty())
                .prepare(TestingRequests.saying("Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("GROQ_API_KEY");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/v1"})
  void anAddressOfAHostAloneLeadsToTheVendorsPath(String path) throws Exception {
    var key = Optional.of(new SecretText(POOLED_KEY));
    var url = Optional.of(server.baseUrl().resolve("/").resolve(path));

    answered(HttpOpenAiModel.openai(connection, key, url), TestingRequests.saying("Hello"));

    assertThat(server.received().getLast().path()).isEqualTo("/v1/chat/completions");
  }

  @Test
  void workersAiIsCalledAtTheOperatorsAccount() throws Exception {
    var workersAi =
        HttpOpenAiModel.workersAi(
            connection, Optional.of(new SecretText(POOLED_KEY)), Optional.of(server.baseUrl()));

    answered(workersAi, TestingRequests.of("@cf/meta/llama-3.1-8b-instruct", "Hello"));

    assertThat(sent().path("model").asText()).isEqualTo("@cf/meta/llama-3.1-8b-instruct");
    assertThat(authorization()).isEqualTo("Bearer " + POOLED_KEY);
  }

  @Test
  void workersAiWithoutAnAddressSaysWhichVariableItNeeds() {
    var nowhere =
        HttpOpenAiModel.workersAi(
            connection, Optional.of(new SecretText(POOLED_KEY)), Optional.empty());

    assertThatThrownBy(() -> nowhere.prepare(TestingRequests.saying("Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("WORKERS_AI_BASE_URL")
        .hasMessageContaining("/ai/v1");
  }

  @Test
  void aKeyThatCannotBeAHeaderIsRefusedWithoutBeingTold() {
    var request = TestingRequests.withKey(TestingRequests.saying("Hello"), "sk-cana\nry");

    assertThatThrownBy(() -> openai.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("llm_api_key")
        .hasMessageNotContaining("sk-cana");
  }

  @Test
  void aCustomServerGetsTheBotsKey() throws Exception {
    answered(
        custom,
        TestingRequests.withKey(
            TestingRequests.at(TestingRequests.saying("Hello"), server.baseUrl()), "sk-owners"));

    assertThat(authorization()).isEqualTo("Bearer sk-owners");
  }

  @Test
  void aCustomServerWithoutAKeyGetsNone() throws Exception {
    answered(openai, TestingRequests.saying("The pooled key is used first."));

    answered(custom, TestingRequests.at(TestingRequests.saying("Hello"), server.baseUrl()));

    assertThat(server.received().getLast().headers()).doesNotContainKey("authorization");
    assertThat(server.received().getLast().headers().values())
        .noneMatch(value -> value.contains(POOLED_KEY));
  }

  @Test
  void thePooledKeyIsNotSentToAnOwnersBaseUrl() {
    var request = TestingRequests.at(TestingRequests.saying("Hello"), server.baseUrl());

    assertThatThrownBy(() -> openai.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("base_url");
  }

  @Test
  void aCustomBotNeedsABaseUrl() {
    assertThatThrownBy(() -> custom.prepare(TestingRequests.saying("Hello")))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("base_url");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://models.example/v1",
        "https://user:pass@models.example/v1",
        "https://models.example/v1?key=1",
        "https://models.example/v1#top",
        "models.example"
      })
  void anOddBaseUrlIsRefused(String baseUrl) {
    var request = TestingRequests.at(TestingRequests.saying("Hello"), URI.create(baseUrl));

    assertThatThrownBy(() -> custom.prepare(request)).isInstanceOf(ModelUnavailable.class);
  }

  @Test
  void aToolWithoutASchemaIsToldToTheOwner() {
    var request =
        TestingRequests.of(
            "gpt-4o-mini",
            List.of(new ChatMessage.User("Hello")),
            0,
            List.of(new ToolSpec("clock", "Tells time.", "[1")));

    assertThatThrownBy(() -> openai.prepare(request))
        .isInstanceOf(ModelUnavailable.class)
        .hasMessageContaining("clock");
  }

  @Test
  void theBoundCoversTheBytesOnTheWire() throws Exception {
    var prepared = openai.prepare(TestingRequests.saying("नमस्ते दुनिया ".repeat(50)));
    prepared.call(TestingHolds.wallet(500), TIMEOUT, _ -> {});

    int bytesOnTheWire = server.onlyReceived().text().getBytes(StandardCharsets.UTF_8).length;
    assertThat(prepared.inputTokensMax())
        .isGreaterThanOrEqualTo(bytesOnTheWire)
        .isLessThanOrEqualTo(bytesOnTheWire + 1_024);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt-4o-mini", "llama-3.3-70b-versatile"})
  void theTightBoundLiesBetweenTheCountAndTheLooseBound(String model) throws Exception {
    var long_ = openai.prepare(TestingRequests.of(model, "All work and no play. ".repeat(2_000)));
    var short_ = openai.prepare(TestingRequests.of(model, "Hi"));

    assertThat(long_.inputTokensMaxTight())
        .isGreaterThan(long_.inputParts().total() * 11 / 10 + 1_024)
        .isLessThan(long_.inputTokensMax() / 2);
    assertThat(short_.inputTokensMaxTight()).isLessThanOrEqualTo(short_.inputTokensMax());
  }

  @Test
  void aModelWithAnOlderVocabularyIsBoundedByThat() throws Exception {
    String hindi = "नमस्ते दुनिया, आज का दिन बहुत सुंदर है। ".repeat(200);
    long countedByLlamasOrigin = TokenCounter.cl100k().count(hindi);

    assertThat(
            openai
                .prepare(TestingRequests.of("llama-3.3-70b-versatile", hindi))
                .inputTokensMaxTight())
        .isGreaterThan(countedByLlamasOrigin);
    assertThat(openai.prepare(TestingRequests.of("gpt-4o", hindi)).inputTokensMaxTight())
        .isLessThan(countedByLlamasOrigin);
  }

  @Test
  void nothingTighterIsClaimedOfACustomServer() throws Exception {
    var prepared =
        custom.prepare(TestingRequests.at(TestingRequests.saying("Hello"), server.baseUrl()));

    assertThat(prepared.inputTokensMaxTight()).isEqualTo(prepared.inputTokensMax());
  }

  @Test
  void preparingReachesNobody() throws Exception {
    openai.prepare(TestingRequests.saying("Hello")).inputTokensMaxTight();

    assertThat(server.received()).isEmpty();
  }

  private Answered answered(HttpOpenAiModel model, ModelRequest request) throws ModelUnavailable {
    return (Answered) model.prepare(request).call(TestingHolds.wallet(500), TIMEOUT, _ -> {});
  }

  private JsonNode sent() {
    return server.onlyReceived().body();
  }

  private String authorization() {
    return server.onlyReceived().header("authorization");
  }
}
