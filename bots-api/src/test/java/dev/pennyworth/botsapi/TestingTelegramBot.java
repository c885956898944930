package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.atomic.AtomicInteger;

/// A bot on Telegram with a team of its own, as Telegram and its owner reach it.
final class TestingTelegramBot extends TestingPlatformBot {
  static final String SECRET = "a-webhook_Secret";
  static final String PUBLIC_URL = "https://bots.example.com";
  static final String HEADER = "X-Telegram-Bot-Api-Secret-Token";

  private static final AtomicInteger BOTS = new AtomicInteger(1000);

  private final TestingServer server;
  private final String token;
  private final TestingBot bot;

  private TestingTelegramBot(TestingServer server, String token, TestingBot bot) {
    this.server = server;
    this.token = token;
    this.bot = bot;
  }

  /// An active one.
  ///
  /// @param fields further ones, each after a comma
  static TestingTelegramBot active(TestingServer server, String fields) {
    var token = BOTS.incrementAndGet() + ":AAE-token_of_a_bot";
    var bot =
        TestingBot.active(
            server,
            server.register(),
            """
            "platform":"telegram",
            "platform_config":{"bot_token":"%s","webhook_secret":"%s"}
            """
                    .formatted(token, SECRET)
                + fields);
    return new TestingTelegramBot(server, token, bot);
  }

  /// The same bot, reached through another node.
  TestingTelegramBot at(TestingServer node) {
    return new TestingTelegramBot(node, token, bot.at(node));
  }

  String token() {
    return token;
  }

  @Override
  TestingServer server() {
    return server;
  }

  @Override
  TestingBot bot() {
    return bot;
  }

  TestingAnswer say(int updateId, String text) {
    return say(updateId, 7001, text);
  }

  /// In a private chat of its own.
  TestingAnswer say(int updateId, long chat, String text) {
    return receive(update(updateId, chat, text));
  }

  /// As Telegram sends it.
  TestingAnswer receive(String update) {
    return post(update, HEADER, SECRET);
  }

  TestingAnswer post(String body, String... headers) {
    return server.post("/api/bots/webhook/telegram/" + bot.id(), "", body, headers);
  }

  static String update(int id, long chat, String text) {
    var mapper = new ObjectMapper();
    var update = mapper.createObjectNode().put("update_id", id);
    var message = update.putObject("message").put("message_id", id).put("date", 1790000000);
    message.putObject("from").put("id", chat).put("is_bot", false).put("first_name", "Ada");
    message.putObject("chat").put("id", chat).put("type", "private").put("first_name", "Ada");
    message.put("text", text);
    return update.toString();
  }
}
