package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who gets in through the custom webhook, and with what.
final class CustomWebhookTest {
  private static final int BODY_BYTES_MAX = 1 << 20;
  private static final String HELLO = TestingBot.message("ada", "e1", "Hello?");

  private static TestingServer server;
  private TestingBot bot;

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
    bot = TestingBot.active(server, server.register(), "");
  }

  @Test
  void aSignedMessageIsAnsweredInTheResponse() {
    var answer = bot.receive(HELLO);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("response").textValue()).contains("Hello?");
    assertThat(answer.json().path("stop_reason").textValue()).isEqualTo("completed");
    assertThat(answer.header("X-RateLimit-Remaining")).isPresent();
  }

  @Test
  void aMessageWithoutSignatureIsRefused() {
    refusedAsUnsigned(bot.receive(HELLO, "X-Timestamp", now()));
  }

  @Test
  void aMessageWithoutTimestampIsRefused() {
    refusedAsUnsigned(
        bot.receive(
            HELLO, "X-Signature-256", TestingBot.signature(bot.webhookSecret(), now(), HELLO)));
  }

  @Test
  void aBodyThatWasChangedAfterSigningIsRefused() {
    var signature = TestingBot.signature(bot.webhookSecret(), now(), HELLO);

    refusedAsUnsigned(
        bot.receive(
            HELLO.replace("Hello?", "Hello!"), "X-Timestamp", now(), "X-Signature-256", signature));
  }

  @Test
  void aTimestampThatWasChangedAfterSigningIsRefused() {
    var signature = TestingBot.signature(bot.webhookSecret(), now(), HELLO);
    var later = Long.toString(server.clock().instant().getEpochSecond() + 1);

    refusedAsUnsigned(bot.receive(HELLO, "X-Timestamp", later, "X-Signature-256", signature));
  }

  @Test
  void aMessageSignedWithAnotherBotsSecretIsRefused() {
    var other = TestingBot.active(server, bot.team(), "");

    refusedAsUnsigned(bot.signingWith(other.webhookSecret()).receive(HELLO));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256=", "", "sha1=abc", "é", "sha256=zz"})
  void anOddSignatureIsRefused(String signature) {
    refusedAsUnsigned(bot.receive(HELLO, "X-Timestamp", now(), "X-Signature-256", signature));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "now", "-1", "0", "1e9", "99999999999999999999", "2026-03-14T09:26:53Z"})
  void anOddTimestampIsRefusedEvenWhenSigned(String timestamp) {
    var signature = TestingBot.signature(bot.webhookSecret(), timestamp, HELLO);

    refusedAsUnsigned(bot.receive(HELLO, "X-Timestamp", timestamp, "X-Signature-256", signature));
  }

  @ParameterizedTest
  @CsvSource({"-299, 200", "0, 200", "300, 200", "-301, 401", "301, 401"})
  void aTimestampMayBeFiveMinutesOffEitherWay(int seconds, int status) {
    long timestamp = server.clock().instant().getEpochSecond() + seconds;

    assertThat(bot.receive(HELLO, timestamp).status()).isEqualTo(status);
  }

  @Test
  void aDraftDoesNotAnswer() {
    var draft = TestingBot.draft(server, bot.team(), "");

    assertThat(draft.receive(HELLO).status()).isEqualTo(404);
    assertThat(draft.test("Hello?").status()).isEqualTo(200);
  }

  @Test
  void aPausedBotDoesNotAnswerUntilItIsActivatedAgain() {
    bot.owner("POST", "/pause", "");
    var paused = bot.receive(HELLO);
    bot.owner("POST", "/activate", "");

    assertThat(paused.status()).isEqualTo(404);
    assertThat(paused.errorCode()).isEqualTo("not_found");
    assertThat(bot.receive(HELLO).status()).isEqualTo(200);
  }

  @Test
  void aDeletedBotDoesNotAnswer() {
    bot.owner("DELETE", "", "");

    assertThat(bot.receive(HELLO).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "custom/bt_00000000000000000000000000000000",
        "custom/bt_1",
        "custom/nobody",
        "custom/%00"
      })
  void anUnknownBotIsNotFound(String path) {
    assertThat(server.post("/api/bots/webhook/" + path, "", HELLO).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"telegram", "slack", "discord", "whatsapp", "test", "other"})
  void aCustomBotDoesNotAnswerAtAnotherPlatformsAddress(String platform) {
    var stamp = now();
    var answer =
        server.post(
            "/api/bots/webhook/" + platform + "/" + bot.id(),
            "",
            HELLO,
            "X-Timestamp",
            stamp,
            "X-Signature-256",
            TestingBot.signature(bot.webhookSecret(), stamp, HELLO));

    assertThat(answer.status()).isEqualTo(404);
    assertThat(bot.get("/turns").json().path("turns")).isEmpty();
  }

  @Test
  void theOldSecretStopsWorkingAtOnceWhenItIsReplaced() {
    var rotated = bot.owner("POST", "/webhook-secret", "").json().path("webhook_secret");

    assertThat(bot.receive(HELLO).status()).isEqualTo(401);
    assertThat(bot.signingWith(rotated.textValue()).receive(HELLO).status()).isEqualTo(200);
  }

  @Test
  void aBodyOfOneMebibyteIsReadAndOneByteMoreIsNot() {
    var start = "{\"text\":\"Hi\",\"user_id\":\"ada\",\"channel_id\":\"main\"";
    var largest = start + " ".repeat(BODY_BYTES_MAX - start.length() - 1) + "}";

    assertThat(bot.receive(largest).status()).isEqualTo(200);
    var refused = bot.receive(largest + " ");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.errorCode()).isEqualTo("request_too_large");
  }

  @Test
  void aBodyOfUntoldLengthIsCountedToo() {
    var start = "{\"text\":\"Hi\",\"user_id\":\"ada\",\"channel_id\":\"main\"";
    var body = start + " ".repeat(BODY_BYTES_MAX - start.length()) + "}";
    var stamp = now();
    var chunked =
        HttpRequest.newBuilder(
                URI.create(server.address() + "/api/bots/webhook/custom/" + bot.id()))
            .header("X-Timestamp", stamp)
            .header("X-Signature-256", TestingBot.signature(bot.webhookSecret(), stamp, body))
            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString(body)))
            .build();

    assertThat(server.send(chunked).status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "\"text\"", "{\"text\":1}{}", "{\"a\":NaN}"})
  void aBodyThatIsNotAnObjectIsMalformed(String body) {
    var refused = bot.receive(body);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("malformed_json");
  }

  @Test
  void aFieldThatNobodyReadsIsRefused() {
    var refused = bot.receive("{\"text\":\"a\",\"user_id\":\"b\",\"channel_id\":\"c\",\"txet\":1}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.errorCode()).isEqualTo("unknown_field");
    assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo("txet");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "user_id", "channel_id"})
  void aRequiredFieldMayNotBeMissingOrEmpty(String field) {
    for (var value : new String[] {"null", "\"\"", "7", "[]"}) {
      var body = "{\"text\":\"a\",\"user_id\":\"a\",\"channel_id\":\"a\"}";

      var refused =
          bot.receive(body.replace("\"" + field + "\":\"a\"", "\"" + field + "\":" + value));

      assertThat(refused.status()).as(value).isEqualTo(422);
      assertThat(refused.json().at("/error/details/field").textValue()).isEqualTo(field);
    }
  }

  @Test
  void whatIsRefusedUsesUpNoAllowance() {
    for (int i = 0; i < 70; i++) {
      bot.receive("{\"text\":\"\"}");
      bot.receive(HELLO, "X-Timestamp", now());
    }

    assertThat(bot.receive(HELLO).status()).isEqualTo(200);
  }

  @Test
  void aLateMessageWithinTheSignaturesLifeIsTheSameEvent() {
    long stamp = server.clock().instant().getEpochSecond();
    var first = bot.receive(HELLO, stamp).json().path("turn_id");
    server.clock().advance(Duration.ofMinutes(4));

    assertThat(bot.receive(HELLO, stamp).json().path("turn_id")).isEqualTo(first);
  }

  private void refusedAsUnsigned(TestingAnswer answer) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.errorCode()).isEqualTo("bad_signature");
    assertThat(bot.get("/turns").json().path("turns")).isEmpty();
    assertThat(bot.receive(HELLO).status()).as("signed as it should be").isEqualTo(200);
  }

  private static String now() {
    return Long.toString(server.clock().instant().getEpochSecond());
  }
}
