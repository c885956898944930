package dev.pennyworth.botsapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pennyworth.connectors.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A custom bot, as its owner and the program behind its webhook reach it. The signing is written
/// anew here, from the documentation.
public final class TestingBot {
  private static final ObjectMapper MAPPER = Json.mapper(List.of());

  private final TestingServer server;
  private final TestingTeam team;
  private final String id;
  private final String webhookSecret;

  private TestingBot(TestingServer server, TestingTeam team, String id, String webhookSecret) {
    this.server = server;
    this.team = team;
    this.id = id;
    this.webhookSecret = webhookSecret;
  }

  /// Makes an active bot of `pennyworth-mini`.
  ///
  /// @param fields further fields, or others instead, as the members of a JSON object without its
  ///   braces
  public static TestingBot active(TestingServer server, TestingTeam team, String fields) {
    var bot = draft(server, team, fields);
    bot.owner("POST", "/activate", "");
    return bot;
  }

  /// The same, not yet activated.
  public static TestingBot draft(TestingServer server, TestingTeam team, String fields) {
    var made = server.post("/api/bots", team.accessToken(), body(fields));
    if (made.status() != 201) {
      throw new IllegalStateException("cannot make a bot: " + made.text());
    }
    var json = made.json();
    return new TestingBot(
        server, team, json.path("id").textValue(), json.path("webhook_secret").asText(""));
  }

  /// The body that makes such a bot.
  public static String body(String fields) {
    try {
      var body = MAPPER.createObjectNode();
      body.put("name", "Test bot").put("platform", "custom").put("system_prompt", "Be brief.");
      var more = MAPPER.readTree("{" + fields + "}");
      if (!more.has("llm_provider")) {
        body.put("llm_provider", "builtin").put("llm_model", "pennyworth-mini");
      }
      return body.setAll((ObjectNode) more).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(fields, e);
    }
  }

  public String id() {
    return id;
  }

  public TestingTeam team() {
    return team;
  }

  public String webhookSecret() {
    return webhookSecret;
  }

  /// The same bot, asked for with another sign-in.
  public TestingBot as(TestingTeam signedIn) {
    return new TestingBot(server, signedIn, id, webhookSecret);
  }

  /// The same bot with another secret to sign with.
  public TestingBot signingWith(String otherSecret) {
    return new TestingBot(server, team, id, otherSecret);
  }

  /// The same bot, reached through another node.
  public TestingBot at(TestingServer node) {
    return new TestingBot(node, team, id, webhookSecret);
  }

  /// Reads as the owner; `below` is what follows the bot's id in the path.
  public TestingAnswer get(String below) {
    return server.get("/api/bots/" + id + below, team.accessToken());
  }

  /// Asks as the owner.
  public TestingAnswer owner(String method, String below, String json) {
    var path = "/api/bots/" + id + below;
    return switch (method) {
      case "POST" -> server.post(path, team.accessToken(), json);
      case "PATCH" -> server.patch(path, team.accessToken(), json);
      case "DELETE" -> server.delete(path, team.accessToken());
      default -> throw new IllegalArgumentException(method);
    };
  }

  /// Runs one turn through the test endpoint.
  public TestingAnswer test(String message) {
    return owner("POST", "/test", MAPPER.createObjectNode().put("message", message).toString());
  }

  /// The bot's wallet, seen from its owner.
  public TestingAnswer balance() {
    return server.get("/api/balance", team.accessToken());
  }

  /// The team's ledger, newest first.
  public TestingAnswer ledger(String query) {
    return server.get("/api/ledger" + query, team.accessToken());
  }

  /// The body of a message to the webhook.
  public static String message(String user, String eventId, String text) {
    return MAPPER
        .createObjectNode()
        .put("text", text)
        .put("user_id", user)
        .put("channel_id", "main")
        .put("event_id", eventId)
        .toString();
  }

  /// Sends a message to the webhook, signed now.
  public TestingAnswer say(String user, String eventId, String text) {
    return receive(message(user, eventId, text));
  }

  /// Sends any body to the webhook, signed now.
  public TestingAnswer receive(String body) {
    return receive(body, server.clock().instant().getEpochSecond());
  }

  public TestingAnswer receive(String body, long timestamp) {
    var stamp = Long.toString(timestamp);
    return receive(
        body, "X-Timestamp", stamp, "X-Signature-256", signature(webhookSecret, stamp, body));
  }

  /// Sends any body to the webhook with these headers only.
  public TestingAnswer receive(String body, String... headers) {
    return server.post("/api/bots/webhook/custom/" + id, "", body, headers);
  }

  /// What the header `X-Signature-256` says for a body.
  public static String signature(String secret, String timestamp, String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      var signed = (timestamp + "." + body).getBytes(StandardCharsets.UTF_8);
      return "sha256=" + HexFormat.of().formatHex(mac.doFinal(signed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
