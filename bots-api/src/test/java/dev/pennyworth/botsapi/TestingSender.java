package dev.pennyworth.botsapi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A program of an owner's that hands on messages to a bot's webhook, and delivers again what got
/// no answer, as platforms do.
record TestingSender(String botId, String secret) {

  /// Makes an active bot that calls gpt-4o-mini.
  static TestingSender ofNewBot(TestingProcess program, String token, String name) {
    return ofNewBot(program, token, name, "openai", "gpt-4o-mini");
  }

  /// Makes an active bot.
  static TestingSender ofNewBot(
      TestingProcess program, String token, String name, String provider, String model) {
    var made =
        program
            .post(
                "/api/bots",
                token,
                """
                {"name":"%s","platform":"custom","system_prompt":"Be brief.",
                 "llm_provider":"%s","llm_model":"%s","max_tokens_per_turn":100,
                 "end_user_messages_per_minute":1000,"timeout_ms":60000}
                """
                    .formatted(name, provider, model))
            .json();
    var id = made.required("id").textValue();
    program.post("/api/bots/" + id + "/activate", token, "{}");
    return new TestingSender(id, made.required("webhook_secret").textValue());
  }

  /// One message of an end user.
  record Event(TestingSender sender, String id, String user, String text) {}

  /// Whether the program answered with the end of the turn.
  static boolean deliver(TestingProcess program, Event event) {
    try {
      var answer = event.sender().post(program, event);
      return answer.status() == 200 && answer.json().path("status").asText().equals("done");
    } catch (UncheckedIOException _) {
      return false;
    }
  }

  TestingAnswer post(TestingProcess program, Event event) {
    var body =
        "{\"event_id\":\"%s\",\"user_id\":\"%s\",\"channel_id\":\"c\",\"text\":\"%s\"}"
            .formatted(event.id(), event.user(), event.text());
    var timestamp = Long.toString(Instant.now().getEpochSecond());
    return program.send(
        "POST",
        "/api/bots/webhook/custom/" + botId,
        "",
        body,
        Map.of("X-Timestamp", timestamp, "X-Signature-256", "sha256=" + sign(timestamp, body)));
  }

  private String sign(String timestamp, String body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal((timestamp + "." + body).getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
