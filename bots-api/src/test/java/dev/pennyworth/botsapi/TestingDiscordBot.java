package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.botsapi.TestingDiscord.Application;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;

/// A bot on Discord with a team of its own, as Discord and its owner reach it.
final class TestingDiscordBot extends TestingPlatformBot {
  static final String CHANNEL = "800000000000000010";
  static final String ADA = "700000000000000001";

  private static final AtomicInteger BOTS = new AtomicInteger();
  private static final long EPOCH_MILLIS = 1_420_070_400_000L;

  private final TestingServer server;
  private final TestingDiscord discord;
  private final String token;
  private final KeyPair keys;
  private final Application application;
  private final TestingBot bot;

  private TestingDiscordBot(TestingServer server, TestingDiscord discord, String fields) {
    this.server = server;
    this.discord = discord;
    this.token = "token-of-bot-" + BOTS.incrementAndGet();
    this.keys = keys();
    this.application = discord.register(token, publicKey(keys));
    this.bot = TestingBot.draft(server, server.register(), config() + fields);
  }

  /// One that is not active yet.
  static TestingDiscordBot draft(TestingServer server, TestingDiscord discord, String fields) {
    return new TestingDiscordBot(server, discord, fields);
  }

  /// An active one.
  ///
  /// @param fields further ones, each after a comma
  static TestingDiscordBot active(TestingServer server, TestingDiscord discord, String fields) {
    var bot = draft(server, discord, fields);
    var answer = bot.bot.owner("POST", "/activate", "");
    if (answer.status() != 200) {
      throw new IllegalStateException(answer.text());
    }
    return bot;
  }

  private String config() {
    return """
    "platform":"discord",
    "platform_config":{"application_id":"%s","public_key":"%s","bot_token":"%s"}
    """
        .formatted(application.id, application.publicKey, token);
  }

  String token() {
    return token;
  }

  Application application() {
    return application;
  }

  @Override
  TestingServer server() {
    return server;
  }

  @Override
  TestingBot bot() {
    return bot;
  }

  /// The token of an interaction.
  String interactionToken(int number) {
    return "interaction-token_" + number + "-" + application.id;
  }

  /// Somebody uses /ask; Discord hears the answer and shows that the bot is thinking.
  TestingAnswer ask(int number, String text) {
    var answer = post(asked(number, text));
    if (answer.status() == 200 && answer.json().path("type").asInt() == 5) {
      discord.defer(interactionToken(number));
    }
    return answer;
  }

  String asked(int number, String text) {
    var interaction = interaction(number, 2);
    var data = interaction.putObject("data").put("id", "1").put("name", "ask").put("type", 1);
    data.putArray("options").addObject().put("name", "message").put("type", 3).put("value", text);
    return interaction.toString();
  }

  /// One without data.
  ObjectNode interaction(int number, int type) {
    var interaction =
        TestingDiscord.MAPPER
            .createObjectNode()
            .put("id", snowflake(number))
            .put("application_id", application.id)
            .put("type", type)
            .put("token", interactionToken(number))
            .put("version", 1)
            .put("channel_id", channel())
            .put("locale", "en-GB")
            .put("guild_id", "600000000000000001")
            .put("guild_locale", "en-GB")
            .put("app_permissions", "274877975552")
            .put("context", 0)
            .put("attachment_size_limit", 10_485_760);
    interaction.putArray("entitlements");
    interaction.putObject("authorizing_integration_owners").put("0", "600000000000000001");
    var guild = interaction.putObject("guild").put("id", "600000000000000001");
    guild.put("locale", "en-GB").putArray("features");
    var channel = interaction.putObject("channel").put("id", channel()).put("type", 0);
    channel.put("name", "general").put("permissions", "274877975552").put("position", 0);
    var member = interaction.putObject("member").put("permissions", "274877975552");
    member.put("joined_at", "2026-01-01T00:00:00.000000+00:00").put("flags", 0).putArray("roles");
    var user = member.putObject("user").put("discriminator", "0");
    user.put("id", ADA).put("username", "ada_l").put("global_name", "Ada");
    return interaction;
  }

  /// Where its commands are used.
  String channel() {
    return CHANNEL.substring(0, 14) + application.id.substring(14);
  }

  private String snowflake(int number) {
    return snowflake(server.clock().instant(), number);
  }

  /// An id that was made at a time.
  static String snowflake(Instant time, int number) {
    return Long.toString(((time.toEpochMilli() - EPOCH_MILLIS) << 22) + number);
  }

  /// A direct message of Ada's that was sent at a time.
  static ObjectNode message(Instant time, int number, String channel, String text) {
    return message(number, channel, text)
        .put("id", snowflake(time, number))
        .put("timestamp", time.toString());
  }

  /// A direct message of Ada's, as the gateway brings it.
  static ObjectNode message(int number, String channel, String text) {
    var message =
        TestingDiscord.MAPPER
            .createObjectNode()
            .put("id", "13000000000000%05d".formatted(number))
            .put("type", 0)
            .put("channel_id", channel)
            .put("content", text)
            .put("timestamp", "2026-03-14T09:26:53.589000+00:00")
            .put("tts", false)
            .put("mention_everyone", false)
            .put("pinned", false)
            .put("flags", 0);
    for (var list : new String[] {"mentions", "mention_roles", "attachments", "embeds"}) {
      message.putArray(list);
    }
    message
        .putObject("author")
        .put("id", ADA)
        .put("username", "ada_l")
        .put("discriminator", "0")
        .put("global_name", "Ada");
    return message;
  }

  /// Sends a body, signed now.
  TestingAnswer post(String body) {
    return post(body, server.clock().instant());
  }

  TestingAnswer post(String body, Instant signedAt) {
    var stamp = Long.toString(signedAt.getEpochSecond());
    return post(
        body, "X-Signature-Timestamp", stamp, "X-Signature-Ed25519", sign(keys, stamp, body));
  }

  /// Sends a body with these headers only.
  TestingAnswer post(String body, String... headers) {
    return server.post("/api/bots/webhook/discord/" + bot.id(), "", body, headers);
  }

  static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sign(KeyPair keys, String stamp, String body) {
    try {
      var signer = Signature.getInstance("Ed25519");
      signer.initSign(keys.getPrivate());
      signer.update((stamp + body).getBytes(UTF_8));
      return HexFormat.of().formatHex(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The last 32 bytes of how Java encodes it.
  static String publicKey(KeyPair keys) {
    byte[] encoded = keys.getPublic().getEncoded();
    return HexFormat.of()
        .formatHex(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
  }

  /// How long the reply is to wait from now on.
  long waitSeconds() {
    var at =
        jdbi()
            .withHandle(handle ->
                handle
                    .select(
                        "SELECT next_attempt_at FROM outbox WHERE team_id = ?",
                        bot.team().id().uuid())
                    .mapTo(Instant.class)
                    .one());
    return Duration.between(server.clock().instant(), at).toSeconds();
  }
}
