package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A bot on Slack with a team of its own, as Slack and its owner reach it. The signing is written
/// anew here, from the documentation.
final class TestingSlackBot extends TestingPlatformBot {
  static final String SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final AtomicInteger BOTS = new AtomicInteger(1000);

  private final TestingServer server;
  private final String token;
  private final TestingBot bot;

  private TestingSlackBot(TestingServer server, String token, TestingBot bot) {
    this.server = server;
    this.token = token;
    this.bot = bot;
  }

  /// An active one.
  ///
  /// @param fields further ones, each after a comma
  static TestingSlackBot active(TestingServer server, String fields) {
    var bot = draft(server, "\"signing_secret\":\"%s\"".formatted(SECRET), fields);
    bot.bot.owner("POST", "/activate", "");
    return bot;
  }

  /// The same, not yet activated.
  ///
  /// @param config the rest of `platform_config`
  static TestingSlackBot draft(TestingServer server, String config, String fields) {
    var token = "xoxb-" + BOTS.incrementAndGet() + "-abc";
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            "\"platform\":\"slack\",\"platform_config\":{\"bot_token\":\"%s\",%s}"
                    .formatted(token, config)
                + fields);
    return new TestingSlackBot(server, token, bot);
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

  /// A direct message.
  TestingAnswer say(int number, String text) {
    return post(event(number, direct(number, text)));
  }

  /// Sends any body, signed now.
  TestingAnswer post(String body) {
    return post(body, server.clock().instant().getEpochSecond());
  }

  TestingAnswer post(String body, long timestamp) {
    var stamp = Long.toString(timestamp);
    return post(
        body,
        "X-Slack-Request-Timestamp",
        stamp,
        "X-Slack-Signature",
        signature(SECRET, stamp, body));
  }

  TestingAnswer post(String body, String... headers) {
    return server.post("/api/bots/webhook/slack/" + bot.id(), "", body, headers);
  }

  /// A request's body.
  ///
  /// @param number makes the event's id
  static String event(int number, ObjectNode event) {
    var body = MAPPER.createObjectNode();
    body.put("type", "event_callback").put("event_id", "Ev" + number).put("team_id", "T0001");
    body.putArray("authorizations").addObject().put("user_id", "U0BOT").put("is_bot", true);
    body.set("event", event);
    return body.toString();
  }

  /// @param number makes the message's timestamp
  static ObjectNode direct(int number, String text) {
    return message(number, text).put("channel", "D0001").put("channel_type", "im");
  }

  static ObjectNode inChannel(int number, String text) {
    return message(number, text).put("channel", "C0001").put("channel_type", "channel");
  }

  static ObjectNode mention(int number, String text) {
    return message(number, text).put("type", "app_mention").put("channel", "C0001");
  }

  static String timestamp(int number) {
    return "1790000000.%06d".formatted(number);
  }

  private static ObjectNode message(int number, String text) {
    return MAPPER
        .createObjectNode()
        .put("type", "message")
        .put("user", "U7001")
        .put("ts", timestamp(number))
        .put("text", text);
  }

  static String signature(String secret, String timestamp, String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      var signed = ("v0:" + timestamp + ":" + body).getBytes(StandardCharsets.UTF_8);
      return "v0=" + HexFormat.of().formatHex(mac.doFinal(signed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
