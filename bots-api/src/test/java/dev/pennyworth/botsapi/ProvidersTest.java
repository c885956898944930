package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pennyworth.agentloop.HttpLocalServers;
import dev.pennyworth.agentloop.HttpLocalServers.Place;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Received;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Providers through the front door: Google's, Cloudflare's, and a server beside Pennyworth, on an
/// installation that does not allow private networks.
final class ProvidersTest {
  private static final String PASSWORD = "correct horse battery";
  private static final String GEMINI =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Good evening.\"}],\"role\":\"model\"},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":100,\"candidatesTokenCount\":20,\"thoughtsTokenCount\":30,\"totalTokenCount\":150}}\n\n";

  private static TestingOpenAiServer provider;
  private static TestingServer server;
  private static String operator;
  private static TestingTeam stranger;

  @BeforeAll
  static void start() {
    provider = new TestingOpenAiServer();
    provider.replies(ProvidersTest::reply);
    String address = "http://127.0.0.1:" + provider.port();
    server =
        TestingServer.start(
            Map.of(
                "PENNYWORTH_OWNER_PASSWORD",
                PASSWORD,
                "GEMINI_BASE_URL",
                address,
                "GEMINI_API_KEY",
                "gemini-pooled",
                "WORKERS_AI_BASE_URL",
                address + "/ai/v1",
                "WORKERS_AI_API_KEY",
                "workers-pooled"));
    operator =
        server
            .post(
                "/api/auth/login",
                "",
                "{\"email\":\"owner@localhost\",\"password\":\"%s\"}".formatted(PASSWORD))
            .json()
            .path("access_token")
            .textValue();
    stranger = server.register();
    server.bean(HttpLocalServers.class).look(List.of(new Place("Stub", provider.port())));
  }

  private static Reply reply(Received request) {
    return switch (request.path()) {
      case "/v1/models" ->
          TestingOpenAiServer.ok("{\"object\":\"list\",\"data\":[{\"id\":\"tiny\"}]}");
      case "/v1beta/models/gemini-2.5-flash:streamGenerateContent" ->
          new Reply.Answer(200, Map.of("content-type", "text/event-stream"), GEMINI);
      default -> TestingOpenAiServer.streamed("Good evening.", 10, 5);
    };
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.close();
  }

  /// 100 × 150 + 50 × 600 = 45,000 nano-dollars.
  @Test
  void geminiAnswersAndItsThoughtsAreBilled() {
    var answer =
        ask(
            stranger.accessToken(),
            "\"llm_provider\":\"gemini\",\"llm_model\":\"gemini-2.5-flash\"");

    assertThat(answer.path("response").textValue())
        .as(answer.toString())
        .isEqualTo("Good evening.");
    assertThat(answer.at("/tokens/output").asLong()).isEqualTo(50);
    assertThat(answer.path("billed_cents").decimalValue()).isEqualByComparingTo("0.0045");
    assertThat(answer.at("/token_breakdown/total").asLong()).isEqualTo(150);
  }

  @Test
  void workersAiAnswersForNothing() {
    var answer =
        ask(
            stranger.accessToken(),
            "\"llm_provider\":\"workers-ai\",\"llm_model\":\"@cf/meta/llama-3.1-8b-instruct\"");

    assertThat(answer.path("response").textValue())
        .as(answer.toString())
        .isEqualTo("Good evening.");
    assertThat(answer.path("billed_cents").decimalValue()).isZero();
  }

  @Test
  void aServerOnThisMachineIsListed() {
    var models = server.get("/api/models", "").json().path("models");

    assertThat(models)
        .filteredOn(model -> model.path("local").booleanValue())
        .singleElement()
        .satisfies(model -> {
          assertThat(model.path("llm_provider").textValue()).isEqualTo("custom");
          assertThat(model.path("llm_model").textValue()).isEqualTo("tiny");
          assertThat(model.path("base_url").textValue()).isEqualTo(provider.baseUrl().toString());
          assertThat(model.path("free").booleanValue()).isTrue();
        });
  }

  @Test
  void theOperatorsTeamCallsItForNothing() {
    var answer = ask(operator, local("tiny"));

    assertThat(answer.path("response").textValue())
        .as(answer.toString())
        .isEqualTo("Good evening.");
    assertThat(answer.at("/tokens/input").asLong()).isEqualTo(10);
    assertThat(answer.path("billed_cents").decimalValue()).isZero();
  }

  @Test
  void strangersCannotMakeABotOfItForNothing() {
    var answer = make(stranger.accessToken(), local("tiny"));

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.errorCode()).isEqualTo("no_price");
  }

  @Test
  void strangersDoNotReachItByAModelThatHasAPrice() {
    var answer = ask(stranger.accessToken(), local("llama-3.3-70b"));

    assertThat(answer.path("stop_reason").textValue()).isEqualTo("provider_error");
    assertThat(answer.toString()).contains("PENNYWORTH_ALLOW_PRIVATE_NETWORKS");
    assertThat(answer.path("billed_cents").decimalValue()).isZero();
  }

  private static String local(String model) {
    return "\"llm_provider\":\"custom\",\"llm_model\":\"%s\",\"llm_config\":{\"base_url\":\"%s\"}"
        .formatted(model, provider.baseUrl());
  }

  private static TestingAnswer make(String token, String fields) {
    return server.post(
        "/api/bots",
        token,
        "{\"name\":\"Butler\",\"platform\":\"custom\",\"system_prompt\":\"Be brief.\",%s}"
            .formatted(fields));
  }

  private static JsonNode ask(String token, String fields) {
    var made = make(token, fields);
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return server
        .post(
            "/api/bots/" + made.json().path("id").textValue() + "/test",
            token,
            "{\"message\":\"Good evening?\"}")
        .json();
  }
}
