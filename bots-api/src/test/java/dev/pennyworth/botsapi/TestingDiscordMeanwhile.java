package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import dev.pennyworth.botsapi.TestingDiscord.Call;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// A bot to which something is said while nobody listens. One whose owner changes it is listened to
/// anew, by a new session of the gateway.
abstract class TestingDiscordMeanwhile {
  static final String SERVER = "600000000000000001";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static TestingDiscord discord;
  static TestingDiscordGateway gateway;
  static TestingServer server;

  TestingDiscordBot chat;

  @BeforeAll
  static void start() {
    discord = new TestingDiscord();
    gateway = new TestingDiscordGateway(discord);
    server = TestingServer.start(Map.of("DISCORD_API_URL", discord.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
    gateway.close();
    discord.close();
  }

  @BeforeEach
  void create() {
    discord.startOver();
    chat = known("");
  }

  /// A bot that was talked to in its channel, and whose slot knows until when it heard.
  static TestingDiscordBot known(String fields) {
    var bot = TestingDiscordBot.active(server, discord, fields);
    Eventually.holds("the bot is connected", () -> gateway.isReady(bot.token()));
    gateway.send(
        bot.token(), "MESSAGE_CREATE", TestingDiscordBot.message(1, bot.channel(), "First."));
    bot.awaitState(1, "sent");
    awaitNoted(bot);
    return bot;
  }

  static void awaitNoted(TestingDiscordBot bot) {
    Eventually.holds(
        "it is noted how far is heard",
        () -> bot.count("platform_slot WHERE read_upto IS NOT NULL AND") == 1);
  }

  /// By a new session, which begins to read.
  static void listenAnew(TestingDiscordBot bot) {
    int before = gateway.identified(bot.token());
    change(bot);
    Eventually.holds(
        "it is listened to anew", PATIENCE, () -> gateway.identified(bot.token()) > before);
  }

  /// Something is said in a channel that is not read. What was heard before has been looked at once
  /// that is answered.
  static void hearElsewhere(TestingDiscordBot bot) {
    var message = TestingDiscordBot.message(now(), 99, "800000000000009999", "Elsewhere.");
    gateway.send(bot.token(), "MESSAGE_CREATE", message);
  }

  static void change(TestingDiscordBot bot) {
    server.clock().advance(Duration.ofMillis(1)); // so that it was changed later than before
    var answer = bot.bot().owner("PATCH", "", "{\"description\":\"Changed.\"}");
    assertThat(answer.status()).isEqualTo(200);
  }

  /// As long as that takes, another bot had the time to.
  void listenAnewAnother() {
    var other = known("");
    listenAnew(other);
    awaitRead(other, 1);
  }

  /// The channel was read so often, and what was said in it is stored.
  static void awaitRead(TestingDiscordBot bot, int times) {
    Eventually.holds("it was read", PATIENCE, () -> asked(bot).size() >= times);
  }

  static List<Call> asked(TestingDiscordBot bot) {
    return asked(bot.channel());
  }

  static List<Call> asked(String channel) {
    return discord.calls("GET", "/channels/" + channel + "/messages");
  }

  static boolean isFirst(String channel) {
    return asked(channel).size() == 1;
  }

  static boolean isOfHistory(Call call) {
    return call.method().equals("GET") && call.path().endsWith("/messages");
  }

  static Answer slower(String seconds) {
    return new Answer.Status(
        429,
        "application/json",
        "{\"message\":\"You are being rate limited.\",\"retry_after\":%s,\"global\":false}"
            .formatted(seconds));
  }

  static List<String> answered(TestingDiscordBot bot) {
    return discord.visible(bot.channel()).stream()
        .map(text -> text.replaceAll("(?s).*“(.*?)”.*", "$1"))
        .toList();
  }

  static Instant now() {
    return server.clock().instant();
  }

  void say(int number, String text) {
    discord.history().add(message(number, text));
  }

  ObjectNode message(int number, String text) {
    return message(now(), number, text);
  }

  ObjectNode message(Instant at, int number, String text) {
    return TestingDiscordBot.message(at, number, chat.channel(), text);
  }

  UUID team() {
    return chat.bot().team().id().uuid();
  }

  void change(String sql) {
    chat.jdbi().useHandle(handle -> handle.execute(sql, team()));
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
