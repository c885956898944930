package dev.pennyworth.botsapi.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.models.Model;
import dev.pennyworth.agentloop.TestingNode;
import dev.pennyworth.botsapi.TestingBot;
import dev.pennyworth.botsapi.TestingServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// OpenAI's own clients, as they are published, hold conversations with bots.
final class OfficialClientsTest {
  private static final String CAPPED = "\"spending_cap_cents\":0.000001";

  private static TestingServer server;
  private TestingChat chat;
  private TestingBot bot;
  private OpenAIClient client;

  @BeforeAll
  static void start() {
    server = TestingServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void create() {
    chat = TestingChat.of(server);
    bot = chat.bot("\"end_user_messages_per_minute\":1");
    client = client(chat.key());
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.address() + "/v1")
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  @Test
  void theJavaClientHoldsAConversationWhoseUsageEqualsTheLedger() {
    var conversation = ask("Hello?").addDeveloperMessage("Answer politely.");
    var first = client.chat().completions().create(conversation.build());
    conversation.addMessage(first.choices().getFirst().message()).addUserMessage("And again?");

    var second = client.chat().completions().create(conversation.build());

    assertThat(text(first)).contains("“Hello?”", "It is the first message that I see.");
    assertThat(text(second)).contains("“And again?”", "I see 2 earlier messages");
    assertThat(second.choices().getFirst().finishReason().asString()).isEqualTo("stop");
    assertThat(second.model()).isEqualTo(bot.id());
    assertEqualsTheLedger(first.id(), first.usage().orElseThrow());
    assertEqualsTheLedger(second.id(), second.usage().orElseThrow());
    assertThat(second.usage().orElseThrow().promptTokens())
        .isGreaterThan(first.usage().orElseThrow().promptTokens());
  }

  @Test
  void theJavaClientHoldsAStreamedConversationWhoseUsageEqualsTheLedger() {
    var params =
        ask("What time is it?\n/tool current_time {}")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    List<ChatCompletionChunk> chunks;
    try (var stream = client.chat().completions().createStreaming(params)) {
      chunks = stream.stream().toList();
    }

    var turn = chunks.getFirst().id();
    var said = new StringBuilder();
    chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .flatMap(choice -> choice.delta().content().stream())
        .forEach(said::append);
    var report = bot.get("/turns/" + turn).json();
    assertThat(said.toString()).contains("The tool current_time answered");
    assertThat(report.at("/receipt/steps")).hasSize(3);
    assertThat(chunks).allMatch(chunk -> chunk.id().equals(turn));
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chat.charges(turn)).hasSize(2);
    assertEqualsTheLedger(turn, chunks.getLast().usage().orElseThrow());
  }

  @Test
  void theJavaClientKnowsOurRefusalsForItsOwn() {
    var capped = chat.bot(CAPPED);
    var limited = ask("Hello?").safetyIdentifier("ada").build();
    client.chat().completions().create(limited);

    var unpaid =
        catchThrowableOfType(
            OpenAIServiceException.class,
            () -> client.chat().completions().create(ask("Hello?").model(capped.id()).build()));
    var tooMany =
        catchThrowableOfType(
            RateLimitException.class, () -> client.chat().completions().create(limited));
    var unknown =
        catchThrowableOfType(
            NotFoundException.class,
            () -> client.chat().completions().create(ask("Hello?").model("nobody").build()));
    var stranger =
        catchThrowableOfType(
            UnauthorizedException.class,
            () -> client("pwk_wrong").chat().completions().create(limited));

    assertThat(unpaid.statusCode()).isEqualTo(402);
    assertThat(unpaid.code()).contains("spending_cap");
    assertThat(unpaid.type()).contains("billing_error");
    assertThat(tooMany.code()).contains("rate_limited");
    assertThat(tooMany.headers().values("Retry-After")).isNotEmpty();
    assertThat(unknown.code()).contains("model_not_found");
    assertThat(stranger.statusCode()).isEqualTo(401);
  }

  @Test
  void theJavaClientSeesACapAlsoWhereItAskedForAStream() {
    var capped = chat.bot(CAPPED);
    var params = ask("Hello?").model(capped.id()).build();

    var unpaid =
        catchThrowableOfType(
            OpenAIServiceException.class,
            () -> {
              try (var stream = client.chat().completions().createStreaming(params)) {
                stream.stream().forEach(_ -> {});
              }
            });

    assertThat(unpaid.statusCode()).isEqualTo(402);
  }

  @Test
  void theJavaClientTriesAgainWhatWasRefusedAtTheDoorAndNothingElse() {
    var insists =
        OpenAIOkHttpClient.builder()
            .baseUrl(server.address() + "/v1")
            .apiKey(chat.key())
            .maxRetries(2)
            .build();
    var broken =
        chat.bot(
            "\"llm_provider\":\"custom\",\"llm_model\":\"deepseek-v3\","
                + "\"llm_config\":{\"base_url\":\"http://127.0.0.1:1/v1\"}");

    var failure =
        catchThrowableOfType(
            OpenAIServiceException.class,
            () -> insists.chat().completions().create(ask("Hello?").model(broken.id()).build()));

    assertThat(failure.statusCode()).isEqualTo(502);
    assertThat(failure.code()).contains("provider_error");
    assertThat(broken.get("/turns").json().path("turns")).hasSize(1);
  }

  @Test
  void theJavaClientListsTheBots() {
    var other = chat.bot("\"name\":\"The other one\"");

    var listed = client.models().list().data();

    assertThat(listed).extracting(Model::id).containsExactly(other.id(), bot.id());
    assertThat(client.models().retrieve("the-other-one").id()).isEqualTo(other.id());
    assertThat(text(client.chat().completions().create(ask("Hi!").model("the-other-one").build())))
        .contains("“Hi!”");
  }

  @Test
  void theClientOfNpmDoesTheSame() throws IOException {
    var node = TestingNode.installed("openai");
    var capped = chat.bot(CAPPED);

    var printed = node.run("chat.mjs", server.address() + "/v1", chat.key(), bot.id(), capped.id());

    var seen = new ObjectMapper().readTree(printed);
    assertThat(seen.at("/plain/0/message/content").textValue()).contains("“Hello?”");
    assertThat(seen.at("/plain/1/message/content").textValue()).contains("2 earlier messages");
    assertThat(seen.at("/final/message/content").textValue())
        .contains("“A third time?”", "4 earlier messages")
        .isEqualTo(
            String.join("", seen.path("streamed").valueStream().map(JsonNode::textValue).toList()));
    for (var answer : List.of(seen.at("/plain/0"), seen.at("/plain/1"), seen.path("final"))) {
      var turn = answer.path("id").textValue();
      var usage = answer.path("usage");
      assertThat(usage.path("prompt_tokens").longValue()).isEqualTo(chat.inputTokens(turn));
      assertThat(usage.path("completion_tokens").longValue())
          .isEqualTo(chat.tokens(turn, "output"));
      assertThat(usage.path("total_tokens").longValue())
          .isEqualTo(chat.inputTokens(turn) + chat.tokens(turn, "output"));
    }
    assertThat(seen.path("models").valueStream().map(JsonNode::textValue))
        .containsExactly(capped.id(), bot.id());
    assertThat(seen.path("retrieved").textValue()).isEqualTo(bot.id());
    assertRefusal(seen.path("unknown"), "NotFoundError", 404, "model_not_found");
    assertRefusal(seen.path("stranger"), "AuthenticationError", 401, "invalid_token");
    assertRefusal(seen.path("capped"), "APIError", 402, "spending_cap");
    assertThat(seen.at("/capped/details/scope").textValue()).isEqualTo("bot_cap");
    assertRefusal(seen.path("cappedStream"), "APIError", 402, "spending_cap");
    assertRefusal(seen.path("limited"), "RateLimitError", 429, "rate_limited");
  }

  private static void assertRefusal(JsonNode seen, String kind, int status, String code) {
    assertThat(seen.path("kind").textValue()).isEqualTo(kind);
    assertThat(seen.path("status").intValue()).isEqualTo(status);
    assertThat(seen.path("code").textValue()).isEqualTo(code);
  }

  private ChatCompletionCreateParams.Builder ask(String text) {
    return ChatCompletionCreateParams.builder().model(bot.id()).addUserMessage(text);
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElseThrow();
  }

  private void assertEqualsTheLedger(String turn, CompletionUsage usage) {
    assertThat(chat.charges(turn)).isNotEmpty();
    assertThat(usage.promptTokens()).isEqualTo(chat.inputTokens(turn));
    assertThat(usage.completionTokens()).isEqualTo(chat.tokens(turn, "output"));
    assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
    assertThat(usage.promptTokensDetails().orElseThrow().cachedTokens().orElseThrow())
        .isEqualTo(chat.tokens(turn, "cache_read"));
  }
}
