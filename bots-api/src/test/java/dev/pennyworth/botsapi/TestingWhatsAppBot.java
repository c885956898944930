package dev.pennyworth.botsapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A bot on WhatsApp with a team of its own, as Meta and its owner reach it. The signing is written
/// anew here, from Meta's documentation.
final class TestingWhatsAppBot extends TestingPlatformBot {
  static final String APP_SECRET = "app-secret-of-a-test";
  static final String VERIFY_TOKEN = "verify-token-of-a-test";
  static final String ACCESS_TOKEN = "EAAG-token-of-a-test";
  static final String HEADER = "X-Hub-Signature-256";
  static final String ADA = "16505551234";

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final AtomicInteger NUMBERS = new AtomicInteger(106_540_000);

  private final TestingServer server;
  private final String number;
  private final TestingBot bot;

  private TestingWhatsAppBot(TestingServer server, String number, TestingBot bot) {
    this.server = server;
    this.number = number;
    this.bot = bot;
  }

  /// An active one.
  ///
  /// @param fields further ones, each after a comma
  static TestingWhatsAppBot active(TestingServer server, String fields) {
    var made = draft(server, "", fields);
    made.bot.owner("POST", "/activate", "");
    return made;
  }

  /// @param config further fields of platform_config, each after a comma
  static TestingWhatsAppBot draft(TestingServer server, String config, String fields) {
    var number = Integer.toString(NUMBERS.incrementAndGet());
    var bot =
        TestingBot.draft(
            server,
            server.register(),
            """
            "platform":"whatsapp",
            "platform_config":{"phone_number_id":"%s","access_token":"%s","app_secret":"%s",
              "verify_token":"%s"%s}
            """
                    .formatted(number, ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, config)
                + fields);
    return new TestingWhatsAppBot(server, number, bot);
  }

  /// Meta's id of its number.
  String number() {
    return number;
  }

  @Override
  TestingServer server() {
    return server;
  }

  @Override
  TestingBot bot() {
    return bot;
  }

  TestingAnswer say(String id, String text) {
    return post(webhook(message(id, ADA, text)));
  }

  /// Sends a body, signed.
  TestingAnswer post(String body) {
    return post(body, HEADER, signature(APP_SECRET, body));
  }

  TestingAnswer post(String body, String... headers) {
    return server.post("/api/bots/webhook/whatsapp/" + bot.id(), "", body, headers);
  }

  TestingAnswer verify(String query) {
    return server.get("/api/bots/webhook/whatsapp/" + bot.id() + query, "");
  }

  static String signature(String secret, String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return "sha256="
          + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A text that is said now.
  ObjectNode message(String id, String from, String text) {
    var message = MAPPER.createObjectNode().put("from", from).put("id", "wamid." + id);
    message.put("timestamp", Long.toString(server.clock().instant().getEpochSecond()));
    message.put("type", "text").putObject("text").put("body", text);
    return message;
  }

  /// What Meta tells of a message that was sent.
  ///
  /// @param sent the call that sent it
  static ObjectNode status(TestingWhatsApp.Call sent, String messageId, String status) {
    return MAPPER
        .createObjectNode()
        .put("id", messageId)
        .put("status", status)
        .put("timestamp", "1790000000")
        .put("recipient_id", sent.json().path("to").asText())
        .put("biz_opaque_callback_data", sent.json().path("biz_opaque_callback_data").asText());
  }

  static ObjectNode failed(ObjectNode status, int code, String title) {
    status.put("status", "failed");
    var error = status.putArray("errors").addObject().put("code", code).put("title", title);
    error.put("message", title).putObject("error_data").put("details", title);
    return status;
  }

  /// A body with one entry and one change for each message or status.
  String webhook(JsonNode... events) {
    var body = MAPPER.createObjectNode().put("object", "whatsapp_business_account");
    var entries = body.putArray("entry");
    for (var event : events) {
      var change = entries.addObject().put("id", "102290129340398").putArray("changes").addObject();
      change.put("field", "messages");
      var value = change.putObject("value").put("messaging_product", "whatsapp");
      value
          .putObject("metadata")
          .put("display_phone_number", "15550783881")
          .put("phone_number_id", number);
      if (event.has("status")) {
        value.putArray("statuses").add(event);
      } else {
        var contact = value.putArray("contacts").addObject();
        contact.put("wa_id", event.path("from").asText()).putObject("profile").put("name", "Ada");
        value.putArray("messages").add(event);
      }
    }
    return body.toString();
  }
}
