package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A bot of which its owner set nothing but what he must: Anthropic answers. 100 input, 50 output,
/// 200 read from the cache, 300 written to it for five minutes and 400 for an hour: 100 × 3,000 +
/// 50 × 15,000 + 200 × 300 + 300 × 3,750 + 400 × 6,000 = 4,635,000 nano-dollars.
final class DefaultProviderTest {
  private static final String STREAM =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",\
      "model":"claude-sonnet-4-6","content":[],"stop_reason":null,"usage":{"input_tokens":100,\
      "cache_read_input_tokens":200,"cache_creation_input_tokens":700,"cache_creation":\
      {"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":400},"output_tokens":1}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Good "}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"evening."}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":50}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static TestingTeam team;
  private static JsonNode made;
  private static JsonNode answer;

  @BeforeAll
  static void answer() {
    provider = new TestingOpenAiServer();
    provider.reply(
        new Reply.Answer(
            200, Map.of("content-type", "text/event-stream", "request-id", "req_1"), STREAM));
    server =
        TestingServer.start(
            Map.of(
                "ANTHROPIC_BASE_URL",
                "http://127.0.0.1:" + provider.port(),
                "ANTHROPIC_API_KEY",
                "sk-ant-pooled"));
    team = server.register();
    made =
        server
            .post(
                "/api/bots",
                team.accessToken(),
                "{\"name\":\"Butler\",\"platform\":\"custom\",\"system_prompt\":\"Be brief.\"}")
            .json();
    answer =
        server
            .post(
                "/api/bots/" + made.path("id").textValue() + "/test",
                team.accessToken(),
                "{\"message\":\"Good evening?\"}")
            .json();
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  @Test
  void itAnswersThroughHttpWithThePooledKey() {
    assertThat(made.path("llm_provider").textValue()).isEqualTo("anthropic");
    assertThat(answer.path("response").textValue()).isEqualTo("Good evening.");
    assertThat(answer.path("stop_reason").textValue()).isEqualTo("completed");
    var asked = provider.onlyReceived();
    assertThat(asked.header("x-api-key")).isEqualTo("sk-ant-pooled");
    assertThat(asked.body().path("model").textValue()).isEqualTo("claude-sonnet-4-6");
    assertThat(asked.body().path("max_tokens").intValue()).isEqualTo(8_192);
  }

  @Test
  void itCostsEachBucketAtItsOwnPrice() {
    assertThat(answer.path("cost_cents").asText()).isEqualTo("0.4635");
    assertThat(answer.path("billed_cents").asText()).isEqualTo("0.4635");
    assertThat(answer.path("tokens").toString())
        .isEqualTo("{\"input\":100,\"output\":50,\"cache_read\":200,\"cache_write\":700}");
    assertThat(answer.at("/token_breakdown/total").intValue()).isEqualTo(1_050);
  }

  @Test
  void receiptAndLedgerTellTheHoursPartOfTheCacheWrites() {
    var tokens =
        "{\"input\":100,\"output\":50,\"cache_read\":200,\"cache_write\":700,\"cache_write_1h\":400}";
    var turn = get("/turns/" + answer.path("turn_id").textValue());
    var charge = server.get("/api/ledger?kind=charge", team.accessToken()).json().at("/entries/0");
    var csv = server.get("/api/ledger", team.accessToken(), "Accept", "text/csv").text();

    assertThat(turn.at("/receipt/steps/0/tokens").toString()).isEqualTo(tokens);
    assertThat(charge.path("tokens").toString()).isEqualTo(tokens);
    assertThat(charge.path("provider_request_id").textValue()).isEqualTo("req_1");
    var lines = csv.split("\r\n", -1);
    int column = List.of(lines[0].split(",", -1)).indexOf("tokens_cache_write_1h");
    assertThat(lines[1].split(",", -1)[column]).isEqualTo("400");
  }

  @Test
  void analyticsUsageAndProofAgree() {
    var daily = get("/analytics").path("daily");
    var usage = server.get("/api/usage?group_by=model", team.accessToken()).json();
    var proof = server.get("/api/ledger/verify", team.accessToken()).json();

    assertThat(daily.path(daily.size() - 1).path("tokens_cache_write").intValue()).isEqualTo(700);
    assertThat(daily.path(daily.size() - 1).path("total_cost_cents").asText()).isEqualTo("0.4635");
    assertThat(usage.toString()).contains("\"cache_write\":700}");
    assertThat(proof.path("ok").booleanValue()).as(proof.toString()).isTrue();
  }

  @Test
  void theCatalogueTellsWhatAnHourCosts() {
    var models = server.get("/api/models", "").json().path("models");

    for (var model : models) {
      if (model.path("llm_model").textValue().equals("claude-sonnet-4-6")) {
        assertThat(model.at("/usd_per1m/cache_write_1h").asText()).isEqualTo("6");
        assertThat(model.at("/usd_per1m/cache_write").asText()).isEqualTo("3.75");
        return;
      }
    }
    throw new AssertionError("the model is missing: " + models);
  }

  private static JsonNode get(String below) {
    return server
        .get("/api/bots/" + made.path("id").textValue() + below, team.accessToken())
        .json();
  }
}
