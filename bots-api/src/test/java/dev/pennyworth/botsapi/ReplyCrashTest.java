package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program is killed once Slack and WhatsApp have a reply, and before it has heard so. Neither
/// takes a key to tell a repeat by.
final class ReplyCrashTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SLACK_TOKEN = "xoxb-of-the-crash";
  private static final String NUMBER = "106549999";

  @TempDir private Path home;

  private final TestingDatabase database = TestingDatabase.create();
  private final Jdbi jdbi = Jdbi.create(database.dataSource());
  private final TestingSlack slack = new TestingSlack();
  private final TestingWhatsApp whatsapp = new TestingWhatsApp();
  private final CountDownLatch isKilled = new CountDownLatch(1);

  @AfterEach
  void close() {
    isKilled.countDown();
    slack.close();
    whatsapp.close();
    database.close();
  }

  @Test
  void whatTheyHadIsSentOnceMoreAndChargedOnce() {
    var setup =
        TestingProgram.on(database, home)
            .with("SLACK_API_URL", slack.url())
            .with("WHATSAPP_API_URL", whatsapp.url())
            .with("PENNYWORTH_PUBLIC_URL", "https://bots.example.com");
    var program = setup.start();
    slack.answer(call -> {
      if (call.method().equals("chat.postMessage")) {
        awaitKill();
      }
      return new TestingSlack.Answer.Good();
    });
    whatsapp.answer(call -> {
      if (call.isText()) {
        awaitKill();
      }
      return new TestingWhatsApp.Answer.Good();
    });
    try {
      askBySlack(program);
      askByWhatsApp(program);
      Eventually.holds(
          "both have a reply",
          PATIENCE,
          () -> slack.texts(SLACK_TOKEN).size() == 1 && whatsapp.texts(NUMBER).size() == 1);
      program.kill();
      isKilled.countDown();
      endLeases();
      program = setup.start();

      Eventually.holds("both are noted", PATIENCE, () -> count("outbox WHERE state = 'sent'") == 2);
      assertThat(slack.texts(SLACK_TOKEN)).hasSize(2).allMatch(it -> it.contains("“Slack?”"));
      assertThat(whatsapp.texts(NUMBER)).hasSize(2).allMatch(it -> it.contains("“WhatsApp?”"));
      assertThat(count("turn")).isEqualTo(2);
      assertThat(count("hold WHERE state = 'settled'")).isEqualTo(2);
      assertThat(count("hold")).isEqualTo(2);
    } finally {
      program.kill();
    }
  }

  private void askBySlack(TestingProcess program) {
    var bot =
        activate(
            program,
            """
            "platform":"slack","platform_config":{"bot_token":"%s","signing_secret":"%s"}
            """
                .formatted(SLACK_TOKEN, TestingSlackBot.SECRET));
    var body = TestingSlackBot.event(1, TestingSlackBot.direct(1, "Slack?"));
    var stamp = Long.toString(InstantSource.system().instant().getEpochSecond());
    deliver(
        program,
        "slack/" + bot,
        body,
        Map.of(
            "X-Slack-Request-Timestamp",
            stamp,
            "X-Slack-Signature",
            TestingSlackBot.signature(TestingSlackBot.SECRET, stamp, body)));
  }

  private void askByWhatsApp(TestingProcess program) {
    var bot =
        activate(
            program,
            """
            "platform":"whatsapp",
            "platform_config":{"phone_number_id":"%s","access_token":"EAAG","app_secret":"%s",
              "verify_token":"verify"}
            """
                .formatted(NUMBER, TestingWhatsAppBot.APP_SECRET));
    var body =
        """
        {"object":"whatsapp_business_account","entry":[{"id":"7","changes":[{"field":"messages",
          "value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"%s"},
            "messages":[{"from":"16505551234","id":"wamid.1","timestamp":"%d","type":"text",
              "text":{"body":"WhatsApp?"}}]}}]}]}
        """
            .formatted(NUMBER, InstantSource.system().instant().getEpochSecond());
    deliver(
        program,
        "whatsapp/" + bot,
        body,
        Map.of(
            TestingWhatsAppBot.HEADER,
            TestingWhatsAppBot.signature(TestingWhatsAppBot.APP_SECRET, body)));
  }

  private static void deliver(
      TestingProcess program, String path, String body, Map<String, String> headers) {
    var answer = program.send("POST", "/api/bots/webhook/" + path, "", body, headers);
    assertThat(answer.status()).as(path).isEqualTo(200);
  }

  /// Makes an active bot of the operator's.
  ///
  /// @return its id
  static String activate(TestingProcess program, String fields) {
    var owner = program.signIn();
    var made = program.post("/api/bots", owner, TestingBot.body(fields));
    var id = made.json().required("id").textValue();
    assertThat(program.post("/api/bots/" + id + "/activate", owner, "{}").status()).isEqualTo(200);
    return id;
  }

  private void awaitKill() {
    try {
      isKilled.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// As time would.
  private void endLeases() {
    jdbi.useHandle(handle -> handle.execute("UPDATE outbox SET lease_until = '-infinity'"));
  }

  private int count(String from) {
    return jdbi.withHandle(
        handle -> handle.select("SELECT count(*) FROM " + from).mapTo(Integer.class).one());
  }
}
