package dev.pennyworth.botsapi.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.agentloop.TestingOpenAiServer.Reply;
import dev.pennyworth.botsapi.TestingAnswer;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingCrowd;
import dev.pennyworth.botsapi.TestingServer;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the OpenAI-compatible endpoint takes, refuses and charges, byte by byte.
final class ChatCompletionsTest {
  private static final String OF_A_PROVIDER =
      "\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"max_tokens_per_turn\":100";

  private static TestingOpenAiServer models;
  private static TestingServer server;
  private TestingChat chat;
  private TestingBot bot;

  @BeforeAll
  static void start() {
    models = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "OPENAI_BASE_URL", models.baseUrl().toString(), "OPENAI_API_KEY", "sk-operator"));
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
  }

  @BeforeEach
  void create() {
    chat = TestingChat.of(server);
    bot = chat.bot("");
  }

  @Test
  void anAnswerTellsWhatItCostAndWhichTurnItIs() {
    var answer = chat.say(bot, "Hello?", "");

    assertThat(answer.status()).isEqualTo(200);
    var turn = answer.json().path("id").textValue();
    assertThat(answer.json().path("object").textValue()).isEqualTo("chat.completion");
    assertThat(answer.json().at("/pennyworth/stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.json().at("/pennyworth/billed_cents"))
        .isEqualTo(bot.get("/turns/" + turn).json().at("/receipt/billed_cents"));
    assertThat(answer.header("X-RateLimit-Remaining")).hasValue("59");
    assertThat(bot.get("/conversations").json().at("/conversations/0/platform").textValue())
        .isEqualTo("openai");
  }

  @Test
  void aStreamIsServerSentEventsThatEndWithDone() {
    var streamed = chat.say(bot, "Hello?", ",\"stream\":true");

    var events = TestingChat.events(streamed);
    assertThat(streamed.status()).isEqualTo(200);
    assertThat(streamed.header("Content-Type").orElseThrow()).startsWith("text/event-stream");
    assertThat(events.getLast()).isEqualTo("[DONE]");
    assertThat(events.getFirst()).contains("\"role\":\"assistant\"");
    assertThat(events.get(events.size() - 2)).contains("\"finish_reason\":\"stop\"");
    assertThat(streamed.text()).doesNotContain("\"usage\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "n                | 2",
        "tools            | [{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]",
        "functions        | [{\"name\":\"look\"}]",
        "response_format  | {\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\"}}",
        "response_format  | {\"type\":\"json_object\"}",
        "logprobs         | true",
        "top_logprobs     | 3",
        "modalities       | [\"text\",\"audio\"]",
        "audio            | {\"voice\":\"alloy\"}"
      })
  void whatWouldChangeTheAnswersShapeIsRefused(String field, String value) {
    var refused = chat.say(bot, "Hello?", ",\"%s\":%s".formatted(field, value));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("unsupported_parameter");
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo(field);
    assertNoTurn();
  }

  @Test
  void whatTheBotDecidesForItselfAndWhatNobodyKnowsIsLetPass() {
    var answer =
        chat.say(
            bot,
            "Hello?",
            """
            ,"n":1,"tools":[],"response_format":{"type":"text"},"logprobs":false,"temperature":0.7,
            "top_p":1,"seed":7,"stop":["x"],"presence_penalty":0,"store":true,"metadata":{"a":"b"},
            "modalities":["text"],"tool_choice":"auto","a_field_of_next_year":{"b":[1]},
            "max_tokens":null,"service_tier":"auto","parallel_tool_calls":false\
            """);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
  }

  @Test
  void anImageIsRefusedByItsPlace() {
    var refused =
        chat.complete(
            bot,
            """
            [{"role":"user","content":[{"type":"text","text":"What is this?"},
              {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]\
            """,
            "");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("unsupported_parameter");
    assertThat(refused.json().at("/error/details/field").textValue())
        .isEqualTo("messages[0].content[1]");
    assertNoTurn();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"Hello?\"",
        "[{\"role\":\"system\",\"content\":\"Hello?\"}]",
        "[{\"role\":\"user\",\"content\":\"\"}]",
        "[{\"role\":\"user\"}]",
        "[{\"role\":\"user\",\"content\":7}]",
        "[{\"role\":\"robot\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]",
        "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]",
        "[{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"a\"},"
            + "{\"role\":\"user\",\"content\":\"b\"}]",
        "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"look\"}}]},"
            + "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]"
      })
  void messagesThatCannotBeAnsweredAreRefused(String messages) {
    var refused = chat.complete(bot, messages, "");

    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.json().at("/error/details/field").textValue()).startsWith("messages");
    assertThat(refused.header("X-Should-Retry")).hasValue("false");
    assertNoTurn();
  }

  @Test
  void theSameIdempotencyKeyIsOneTurnAndOneCharge() {
    var first = chat.say(bot, "Hello?", "", "Idempotency-Key", "k");
    var again = chat.say(bot, "Hello?", "", "Idempotency-Key", "k");
    var other = chat.say(bot, "Another?", "", "Idempotency-Key", "k");

    assertThat(again.json()).isEqualTo(first.json());
    assertThat(chat.charges(first.json().path("id").textValue())).hasSize(1);
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.header("X-Should-Retry")).hasValue("false");
    assertThat(bot.get("/turns").json().path("turns")).hasSize(1);
  }

  @Test
  void aStreamThatIsAskedForAgainSaysTheSameAtOnce() {
    var first = chat.say(bot, "Hello?", ",\"stream\":true", "Idempotency-Key", "k");
    var again = chat.say(bot, "Hello?", ",\"stream\":true", "Idempotency-Key", "k");

    assertThat(said(again)).isEqualTo(said(first)).contains("“Hello?”");
    assertThat(bot.get("/turns").json().path("turns")).hasSize(1);
  }

  @Test
  void aBotAnswersInEveryStatusUntilItIsDeleted() {
    var draft = chat.say(bot, "Hello?", "");
    bot.owner("POST", "/activate", "");
    bot.owner("POST", "/pause", "");
    var paused = chat.say(bot, "Hello?", "");
    bot.owner("DELETE", "", "");

    var deleted = chat.say(bot, "Hello?", "");

    assertThat(draft.status()).isEqualTo(200);
    assertThat(paused.status()).isEqualTo(200);
    assertThat(deleted.status()).isEqualTo(404);
    assertThat(deleted.errorCode()).isEqualTo("model_not_found");
  }

  @Test
  void anotherTeamsBotIsNoModel() {
    var slug = bot.get("").json().path("slug").textValue();
    var stranger = TestingChat.of(server);
    var byId = stranger.say(bot, "Hello?", "");

    assertThat(byId.status()).isEqualTo(404);
    assertThat(byId.errorCode()).isEqualTo("model_not_found");
    assertThat(server.get("/v1/models/" + slug, stranger.key()).status()).isEqualTo(404);
    assertThat(server.get("/v1/models/" + slug, chat.key()).status()).isEqualTo(200);
    assertThat(server.get("/v1/models", stranger.key()).text()).doesNotContain(bot.id());
  }

  @Test
  void aBotHearsSixtyRequestsAMinuteAndStoresNoMore() {
    var free = chat.bot("\"llm_provider\":\"builtin\",\"llm_model\":\"pennyworth-free\"");

    for (int wave = 0; wave < 6; wave++) {
      assertThat(TestingCrowd.atOnce(10, _ -> chat.say(free, "Hello?", "").status()))
          .containsOnly(200);
    }
    var refused = TestingCrowd.atOnce(4, _ -> chat.say(free, "Hello?", ""));

    assertThat(refused).allMatch(answer -> answer.status() == 429);
    assertThat(refused).allMatch(answer -> answer.header("Retry-After").isPresent());
    assertThat(refused).allMatch(answer -> answer.header("X-Should-Retry").isEmpty());
    assertThat(free.get("/turns?limit=200").json().path("turns")).hasSize(60);
  }

  @Test
  void onlyWhoIsNamedCountsAsAnEndUser() {
    bot.owner("PATCH", "", "{\"end_user_messages_per_minute\":1}");

    assertThat(chat.say(bot, "Hello?", ",\"user\":\"ada\"").status()).isEqualTo(200);
    assertThat(chat.say(bot, "Hello?", ",\"user\":\"ada\"").status()).isEqualTo(429);
    assertThat(chat.say(bot, "Hello?", ",\"user\":\"bob\"").status()).isEqualTo(200);
    assertThat(chat.say(bot, "Hello?", "").status()).isEqualTo(200);
    assertThat(chat.say(bot, "Hello?", "").status()).isEqualTo(200);
  }

  @Test
  void aModelThatFailsIsABadGatewayThatNobodyRetriesAlsoInAStream() {
    models.reply(TestingOpenAiServer.error(400, "bad", "No."));
    var failing = chat.bot(OF_A_PROVIDER);

    var whole = chat.say(failing, "Hello?", "");
    var streamed = chat.say(failing, "Hello?", ",\"stream\":true");

    for (var answer : new TestingAnswer[] {whole, streamed}) {
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.errorCode()).isEqualTo("provider_error");
      assertThat(answer.header("X-Should-Retry")).hasValue("false");
      assertThat(answer.json().at("/error/details/billed_cents").asText()).isEqualTo("0");
    }
  }

  @Test
  void aLimitThatStopsAStreamWhichHasBegunIsAnErrorWithinIt() {
    models.reply(textAndToolCall());
    var limited = chat.bot(OF_A_PROVIDER + ",\"max_cost_cents_per_message\":0.024");

    var streamed = chat.say(limited, "Hello?", ",\"stream\":true");

    assertThat(streamed.status()).isEqualTo(200);
    var last = TestingChat.events(streamed).getLast();
    assertThat(said(streamed)).isEqualTo("Let me look.");
    assertThat(last).startsWith("{\"error\":").contains("\"code\":\"message_budget\"");
    assertThat(streamed.text()).doesNotContain("[DONE]");
  }

  @Test
  void aStreamSpeaksWhileItsTurnStillRuns() throws Exception {
    var mayGoOn = new CountDownLatch(1);
    models.replies(request -> {
      if (request.body().path("messages").size() == 2) {
        return textAndToolCall();
      }
      await(mayGoOn);
      return TestingOpenAiServer.completion();
    });
    var body =
        "{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello?\"}]}"
            .formatted(chat.bot(OF_A_PROVIDER).id());
    var request =
        HttpRequest.newBuilder(server.address().resolve("/v1/chat/completions"))
            .header("Authorization", "Bearer " + chat.key())
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();

    try (var client = HttpClient.newHttpClient();
        var lines = client.send(request, BodyHandlers.ofLines()).body()) {
      var line = lines.iterator();
      assertThat(line.next()).contains("\"content\":\"Let me look.\"");
      mayGoOn.countDown();
      var rest = new StringBuilder();
      line.forEachRemaining(rest::append);
      assertThat(rest).contains("\"content\":\"\\n\\n\"", "Hello from the stub.", "[DONE]");
    } finally {
      mayGoOn.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static Reply textAndToolCall() {
    return TestingOpenAiServer.ok(
        """
        {"id":"chatcmpl-stub","object":"chat.completion","created":1700000000,"model":"stub",
         "choices":[{"index":0,"logprobs":null,"finish_reason":"tool_calls","message":{
           "role":"assistant","content":"Let me look.","refusal":null,"tool_calls":[{
             "id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]}}],
         "usage":{"prompt_tokens":485,"completion_tokens":42,"total_tokens":527}}
        """);
  }

  @Test
  void whatACallerToldOfAPersonIsErasedWithThem() {
    chat.complete(
        bot,
        "[{\"role\":\"user\",\"content\":\"secret\"},{\"role\":\"user\",\"content\":\"Hello?\"}]",
        ",\"user\":\"ada\"");
    assertThat(storedSecrets()).isEqualTo(1);

    assertThat(bot.owner("DELETE", "/end-users/ada", "").status()).isLessThan(300);

    assertThat(storedSecrets()).isZero();
  }

  private int storedSecrets() {
    return server
        .bean(Jdbi.class)
        .withHandle(handle ->
            handle
                .select(
                    "SELECT count(*) FROM turn WHERE team_id = ? AND supplied::text LIKE '%secret%'",
                    chat.team().id().uuid())
                .mapTo(Integer.class)
                .one());
  }

  private static String said(TestingAnswer streamed) {
    var text = new StringBuilder();
    TestingChat.events(streamed).stream()
        .filter(event -> event.contains("\"delta\""))
        .map(event -> new TestingAnswer(200, streamed.headers(), event).json())
        .forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asText("")));
    return text.toString();
  }

  private void assertNoTurn() {
    assertThat(bot.get("/turns").json().path("turns")).isEmpty();
  }
}
