package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import dev.pennyworth.botsapi.TestingDiscord.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Discord's messages by the gateway, from end to end: the real library against a stub of the
/// gateway and of the REST API.
final class DiscordGatewayTest {
  private static TestingDiscord discord;
  private static TestingDiscordGateway gateway;
  private static TestingOpenAiServer model;
  private static TestingServer server;

  private TestingDiscordBot chat;

  @BeforeAll
  static void start() {
    discord = new TestingDiscord();
    gateway = new TestingDiscordGateway(discord);
    model = new TestingOpenAiServer();
    server =
        TestingServer.start(
            Map.of(
                "DISCORD_API_URL",
                discord.url(),
                "OPENAI_BASE_URL",
                model.baseUrl().toString(),
                "OPENAI_API_KEY",
                "sk-pooled"));
  }

  @AfterAll
  static void stop() {
    server.close();
    model.close();
    gateway.close();
    discord.close();
  }

  @BeforeEach
  void create() {
    discord.startOver();
    chat = connected("");
  }

  private static TestingDiscordBot connected(String fields) {
    var bot = TestingDiscordBot.active(server, discord, fields);
    Eventually.holds("the bot is connected", () -> gateway.isReady(bot.token()));
    return bot;
  }

  @Test
  void aDirectMessageIsOneBilledTurnAndOneAnswer() {
    say(1, "Hello?");

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1).first().asString().contains("“Hello?”");
    var sent = texts().getFirst().json();
    assertThat(sent.path("nonce").asText()).hasSize(25);
    assertThat(sent.path("enforce_nonce").booleanValue()).isTrue();
    assertThat(sent.path("allowed_mentions").toString()).isEqualTo("{\"parse\":[]}");
    assertThat(sent.has("message_reference")).isFalse();
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text())
        .containsOnlyOnce("\"charge\"");
  }

  @Test
  void inAServerAMentionIsAnsweredAndChatterIsNot() {
    hear(inServer(message(1, "Anybody there?")));
    hear(inServer(message(2, "<@%s> Hello?".formatted(chat.application().self))));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1).first().asString().contains("“Hello?”");
    assertThat(texts().getFirst().json().at("/message_reference/message_id").asText())
        .isEqualTo(message(2, "").path("id").asText());
    assertThat(chat.count("turn")).isEqualTo(1);
  }

  @Test
  void messagesOfBotsAndItsOwnAreNotAnswered() {
    var ofABot = message(1, "Hello?");
    ((ObjectNode) ofABot.path("author")).put("bot", true);
    var ofItself = message(2, "Hello?");
    ((ObjectNode) ofItself.path("author")).put("id", chat.application().self);
    var ofAWebhook = message(3, "Hello?").put("webhook_id", "888");
    hear(ofABot);
    hear(ofItself);
    hear(ofAWebhook);
    say(4, "And I?");

    chat.awaitState(1, "sent");
    assertThat(chat.count("turn")).isEqualTo(1);
    assertThat(discord.visible(chat.channel())).hasSize(1).first().asString().contains("And I?");
  }

  @Test
  void theSameEventFiftyTimesIsOneTurnAndOneAnswer() {
    for (int i = 0; i < 50; i++) {
      say(1, "Hello?");
    }
    say(2, "And now?");
    chat.awaitState(2, "sent");

    assertThat(chat.count("turn")).isEqualTo(2);
    assertThat(discord.visible(chat.channel())).hasSize(2);
  }

  @Test
  void aCommandThatComesByTheGatewayIsDeferredAndAnswered() {
    gateway.send(chat.token(), "INTERACTION_CREATE", json(chat.asked(7, "Hello?")));
    Eventually.holds(
        "it is answered",
        () -> {
          server.clock().advance(Duration.ofMillis(50));
          return discord.answered(chat.interactionToken(7)).isPresent();
        });

    assertThat(discord.answered(chat.interactionToken(7)).orElseThrow()).contains("“Hello?”");
    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).isEmpty();
  }

  @Test
  void whatNoModelReadsIsToldSoAtNoCost() {
    var sticker = message(1, "");
    sticker
        .putArray("sticker_items")
        .addObject()
        .put("id", "7")
        .put("name", "Wave")
        .put("format_type", 1);
    hear(sticker);

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).containsExactly("I can only read text so far.");
    assertThat(chat.bot().ledger("?bot_id=" + chat.bot().id()).text()).doesNotContain("\"charge\"");
  }

  @Test
  void aLostAcknowledgementIsStillOneVisibleAnswer() {
    discord.answerTexts(new Answer.Lost());
    say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(texts()).hasSize(2);
    assertThat(discord.visible(chat.channel())).hasSize(1);
  }

  @Test
  void whereDiscordMayHaveForgottenTheNonceNothingIsSentAgain() {
    discord.answerTexts(new Answer.Lost());
    say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofMinutes(2));

    chat.awaitState(1, "unknown");
    assertThat(texts()).hasSize(1);
  }

  @Test
  void anAnswerThatCannotBeReadIsStillOneVisibleAnswer() {
    discord.answerTexts(new Answer.Status(200, "application/json", "{\"id\":"));
    say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1);
  }

  @Test
  void aCutConnectionAndABrokenDiscordAreSurvived() {
    discord.answerTexts(
        new Answer.Cut(),
        new Answer.Status(500, "application/json", "{\"message\":\"500\",\"code\":0}"));
    say(1, "Hello?");
    chat.awaitRetry();
    server.clock().advance(Duration.ofSeconds(5));
    Eventually.holds("it was tried again", () -> texts().size() == 2);
    Eventually.holds(
        "it waits", () -> chat.count("outbox WHERE state = 'pending' AND attempts = 2 AND") == 1);
    server.clock().advance(Duration.ofSeconds(5));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1);
  }

  @Test
  void withoutTheRightToReplyTheAnswerComesWithoutAReference() {
    discord.answer(call ->
        call.isOfText() && call.json().has("message_reference")
            ? Answer.error(400, 160002, "Cannot reply without permission to read message history")
            : new Answer.Good());
    hear(inServer(message(1, "<@%s> Hello?".formatted(chat.application().self))));

    chat.awaitState(1, "sent");
    assertThat(discord.visible(chat.channel())).hasSize(1);
  }

  @Test
  void aVeryLongAnswerArrivesWholeToAMessageAndToACommand() {
    var text = longText();
    model.replies(request ->
        request.body().path("stream").asBoolean()
            ? TestingOpenAiServer.streamed(text, 10, 100)
            : TestingOpenAiServer.completion(text, 10, 100));
    var fields = ",\"llm_provider\":\"openai\",\"llm_model\":\"gpt-4o-mini\",\"timeout_ms\":60000";
    var asked = connected(fields);
    chat = connected(fields);
    asked.ask(1, "Tell me everything");
    say(1, "Tell me everything");
    awaitSentWhole(asked);
    awaitSentWhole(chat);

    assertThat(text.length()).isGreaterThan(30_000);
    assertWhole(discord.visible(chat.channel()), "", text);
    assertWhole(
        discord.visible(asked.channel()),
        discord.answered(asked.interactionToken(1)).orElseThrow(),
        text);
  }

  private static void awaitSentWhole(TestingDiscordBot bot) {
    Eventually.holds(
        "all is sent",
        Duration.ofMinutes(4),
        () -> {
          server.clock().advance(Duration.ofMillis(1)); // what came too early is tried again
          return bot.count("outbox WHERE state = 'sent' AND") == 1;
        });
    assertThat(bot.count("turn WHERE stop_reason = 'completed' AND")).isEqualTo(1);
  }

  private static void assertWhole(List<String> parts, String first, String text) {
    assertThat(characters(first + String.join("", parts))).isEqualTo(characters(text));
    assertThat(parts).allSatisfy(part -> assertThat(part.length()).isLessThanOrEqualTo(2_000));
    assertThat(parts).allSatisfy(part -> assertThat(part.split("```", -1).length % 2).isOne());
  }

  @Test
  void whatWasSaidWhileTheConnectionWasDownIsAnsweredOnce() {
    int before = gateway.resumed();
    gateway.cut(chat.token());
    say(1, "Hello?");

    chat.awaitState(1, "sent");
    assertThat(gateway.resumed()).isGreaterThan(before);
    assertThat(gateway.identified(chat.token())).isEqualTo(1);
    assertThat(discord.visible(chat.channel())).hasSize(1);
  }

  @Test
  void aMissingIntentIsToldAndNobodyIsIdentifiedInVain() {
    var draft = TestingDiscordBot.draft(server, discord, "");
    draft.application().flags = 0;
    draft.bot().owner("POST", "/activate", "");

    Eventually.holds(
        "the slot knows",
        () -> draft.count("platform_slot WHERE problem LIKE '%Message Content Intent%' AND") == 1);
    awaitHealth(draft, "Message Content Intent");
    assertThat(gateway.identified(draft.token())).isZero();
  }

  @Test
  void anIntentThatTheGatewayRefusesIsToldAndNotTriedAgainAtOnce() {
    var draft = TestingDiscordBot.draft(server, discord, "");
    gateway.refuse(draft.token(), 4014);
    draft.bot().owner("POST", "/activate", "");

    awaitHealth(draft, "Message Content Intent");
    assertThat(gateway.identified(draft.token())).isEqualTo(1);
  }

  @Test
  void aHealthyBotIsHealthy() {
    Eventually.holds(
        "health is good",
        () -> chat.bot().get("/health").text().equals("{\"ok\":true,\"problems\":[]}"));
  }

  @Test
  void aPausedBotListensNoMore() {
    chat.bot().owner("POST", "/pause", "");

    Eventually.holds("it is gone", () -> !gateway.isConnected(chat.token()));
  }

  private void say(int number, String text) {
    hear(message(number, text));
  }

  private void hear(ObjectNode message) {
    gateway.send(chat.token(), "MESSAGE_CREATE", message);
  }

  private ObjectNode message(int number, String text) {
    return TestingDiscordBot.message(number, chat.channel(), text);
  }

  private static ObjectNode inServer(ObjectNode message) {
    message.put("guild_id", "600000000000000001").putObject("member").putArray("roles");
    return message;
  }

  private static ObjectNode json(String text) {
    return (ObjectNode) new Call("", "", "", "", text).json();
  }

  private List<Call> texts() {
    return discord.calls("POST", "/channels/" + chat.channel() + "/messages");
  }

  private static void awaitHealth(TestingDiscordBot bot, String problem) {
    Eventually.holds(
        "health tells",
        () -> {
          var health = bot.bot().get("/health").text();
          return health.contains("\"ok\":false") && health.split(problem, -1).length == 2;
        });
  }

  private static String longText() {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 30_000; i++) {
      text.append(
              "Paragraph %d tells of 👩‍👩‍👧 and of é, and it goes on. مرحبا بالعالم، هذا نص طويل. "
                  .formatted(i)
                  .repeat(5))
          .append("\n\n```java\nint x%d = 1 < 2 && 3 > 2;\n".formatted(i))
          .append("call(x%d);\n".formatted(i).repeat(i % 9 == 0 ? 150 : 3))
          .append("```\n\n");
    }
    return text.toString();
  }

  /// What a reader reads: fences that were opened again, and blanks, do not count.
  private static String characters(String text) {
    return text.replace("```java", "").replaceAll("[\\s`]+", "");
  }
}
