package dev.pennyworth.agentloop.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pennyworth.agentloop.SecretText;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.billing.BillingMode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What goes over the wire when a vendor is asked for its count, and with whose key.
class VendorCountTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{}}";

  private final TestingOpenAiServer server = new TestingOpenAiServer();
  private final HttpAnthropicConnection anthropicConnection = new HttpAnthropicConnection();
  private final HttpGeminiConnection geminiConnection = new HttpGeminiConnection(server.baseUrl());
  private final Optional<SecretText> pooled = Optional.of(new SecretText("pooled-key"));
  private final HttpAnthropicModel anthropic =
      new HttpAnthropicModel(anthropicConnection, pooled, Optional.of(server.baseUrl()));
  private final HttpGeminiModel gemini = new HttpGeminiModel(geminiConnection, pooled);

  @AfterEach
  void close() {
    anthropicConnection.close();
    geminiConnection.close();
    server.close();
  }

  private static ModelRequest request(String model) {
    return TestingRequests.withTemperature(
        TestingRequests.of(
            model,
            List.of(new ChatMessage.User("What time is it?")),
            0,
            List.of(new ToolSpec("clock", "Tells time.", SCHEMA))),
        0.5);
  }

  private static OptionalLong count(ModelClient client, BillingMode mode, ModelRequest request)
      throws ModelUnavailable {
    return client.prepare(request).vendorCount().orElseThrow().ask(mode, TIMEOUT);
  }

  @Test
  void anthropicCountsWhatTheCallWouldSend() throws Exception {
    server.reply(TestingOpenAiServer.ok("{\"input_tokens\":403}"));

    var counted = count(anthropic, BillingMode.WALLET, request("claude-sonnet-4-6"));

    assertThat(counted).hasValue(403);
    assertThat(server.onlyReceived().path()).isEqualTo("/v1/messages/count_tokens");
    assertThat(server.onlyReceived().header("x-api-key")).isEqualTo("pooled-key");
    assertThat(sent())
        .isEqualTo(
            JSON.readTree(
                """
                {"model":"claude-sonnet-4-6",
                 "system":[{"type":"text","text":"You help.","cache_control":{"type":"ephemeral"}}],
                 "messages":[{"role":"user","content":[
                   {"type":"text","text":"What time is it?","cache_control":{"type":"ephemeral"}}]}],
                 "tools":[{"name":"clock","description":"Tells time.","input_schema":%s,
                   "cache_control":{"type":"ephemeral"}}]}
                """
                    .formatted(SCHEMA)));
  }

  @Test
  void geminiCountsSystemPromptAndToolsToo() throws Exception {
    server.reply(TestingOpenAiServer.ok("{\"totalTokens\":31,\"promptTokensDetails\":[]}"));

    var counted = count(gemini, BillingMode.WALLET, request("gemini-2.5-flash"));

    assertThat(counted).hasValue(31);
    assertThat(server.onlyReceived().path()).isEqualTo("/v1/models/gemini-2.5-flash:countTokens");
    assertThat(server.onlyReceived().header("x-goog-api-key")).isEqualTo("pooled-key");
    assertThat(sent().path("contents")).isEmpty();
    assertThat(sent().path("generateContentRequest"))
        .isEqualTo(
            JSON.readTree(
                """
                {"model":"models/gemini-2.5-flash",
                 "systemInstruction":{"role":"user","parts":[{"text":"You help."}]},
                 "contents":[{"role":"user","parts":[{"text":"What time is it?"}]}],
                 "tools":[{"functionDeclarations":[{"name":"clock","description":"Tells time.",
                   "parametersJsonSchema":%s}]}]}
                """
                    .formatted(SCHEMA)));
  }

  private JsonNode sent() {
    return server.onlyReceived().body();
  }

  @Test
  void anOwnersKeyCountsHisOwn() throws Exception {
    server.reply(TestingOpenAiServer.ok("{\"input_tokens\":1,\"totalTokens\":1}"));

    count(anthropic, BillingMode.BYOK, TestingRequests.withKey(request("m"), "own-key"));
    count(gemini, BillingMode.BYOK, TestingRequests.withKey(request("m"), "own-key"));

    assertThat(server.received().getFirst().header("x-api-key")).isEqualTo("own-key");
    assertThat(server.received().getLast().header("x-goog-api-key")).isEqualTo("own-key");
  }

  @Test
  void aByokBotWithoutAKeyIsNotCountedWithTheOperators() throws Exception {
    assertThat(count(anthropic, BillingMode.BYOK, request("m"))).isEmpty();
    assertThat(count(gemini, BillingMode.BYOK, request("m"))).isEmpty();
    assertThat(server.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1000, 5000, 1114", // a twentieth, and 64
    "1001, 5000, 1116", // rounded up
    "1, 5000, 66",
    "4900, 5000, 5000", // no looser than what is known
    "5000, 5000, 5000",
    "5001, 5000, 5000", // more than there are bytes
    "0, 5000, 5000",
    "-1, 5000, 5000",
    "9223372036854775807, 5000, 5000"
  })
  void theBoundIsTheCountWithAMarginOrWhatWasKnown(long counted, long known, long bound) {
    assertThat(VendorBound.of(OptionalLong.of(counted), known)).isEqualTo(bound);
  }

  @Test
  void withoutACountTheBoundIsWhatWasKnown() {
    assertThat(VendorBound.of(OptionalLong.empty(), 5_000)).isEqualTo(5_000);
  }
}
