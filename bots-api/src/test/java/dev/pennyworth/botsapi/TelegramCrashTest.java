package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.TestingOpenAiServer;
import dev.pennyworth.botsapi.TestingStop.Moment;
import dev.pennyworth.botsapi.TestingTelegram.Answer;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as a process that is killed while it sends replies: a part of which Telegram may
/// have heard is sent once more and no oftener, and no other part twice.
final class TelegramCrashTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CLAIM = "attempts = attempts + 1";
  private static final String NOTE = "platform_message_ids ||";

  @TempDir private Path home;

  private final TestingDatabase database = TestingDatabase.create();
  private final Jdbi jdbi = Jdbi.create(database.dataSource());
  private final TestingPostgresProxy proxy = new TestingPostgresProxy(database.jdbcUrl());
  private final TestingTelegram telegram = new TestingTelegram();
  private final TestingOpenAiServer models = new TestingOpenAiServer();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();
  private TestingProcess program;

  @BeforeEach
  void prepare() {
    models.replies(request ->
        TestingOpenAiServer.completion(
            request.text().contains("everything") ? longText() : "Short.", 10, 100));
    telegram.answer(call ->
        call.method().equals("sendmessage") && silent.contains(call.token())
            ? new Answer.Hang()
            : new Answer.Good());
    program = start();
  }

  @AfterEach
  void stop() {
    program.kill();
    telegram.close();
    models.close();
    proxy.close();
    database.close();
  }

  /// A bot and its team, by the token.
  private record Chat(String token, TestingTeam team, String id) {}

  @Test
  void killedAtAnyPointOfASendingAPartIsSentTwiceAtMost() throws Exception {
    var accepted = silentChat("2:AAE");
    say(accepted, "Hello?");
    var noted = chat("3:AAE");
    var note = arm(noted, Moment.STATEMENT_SENT, NOTE);
    say(noted, "Hello?");
    note.await(PATIENCE);
    var killedTwice = silentChat("4:AAE");
    say(killedTwice, "Tell me everything");
    Eventually.holds("Telegram has both", () -> sent(accepted) == 1 && sent(killedTwice) == 1);
    var between = chat("5:AAE");
    say(between, "Tell me everything");
    Eventually.holds("two parts are out", () -> partsSent(between) == 2);
    var beforeSend = chat("1:AAE");
    var claimed = arm(beforeSend, Moment.COMMITTED, CLAIM);
    say(beforeSend, "Hello?");
    claimed.await(PATIENCE); // from now on nothing is claimed
    Eventually.holds("it is between two parts", () -> isIn(between, "pending"));
    killAndStart(Set.of(killedTwice.token()));

    Stream.of(beforeSend, accepted, noted, between).forEach(chat -> await(chat, "sent"));
    assertThat(sent(beforeSend)).as("nothing had gone out").isEqualTo(1);
    assertThat(sent(accepted)).as("Telegram had it").isEqualTo(2);
    assertThat(sent(noted)).as("Telegram had said so").isEqualTo(2);
    assertThat(texts(between)).as("each part once").doesNotHaveDuplicates();
    assertThat(whole(between)).isEqualTo(longText().replace(" ", ""));
    Eventually.holds("once more", () -> sent(killedTwice) == 2);
    killAndStart(Set.of());

    await(killedTwice, "unknown");
    assertThat(texts(killedTwice).stream().filter(texts(killedTwice).getFirst()::equals))
        .as("the part that nobody knows of")
        .hasSize(2);
    assertThat(texts(killedTwice).stream().skip(2)).as("the others, once").doesNotHaveDuplicates();
    assertThat(whole(killedTwice)).endsWith(longText().replace(" ", ""));
  }

  private TestingProcess start() {
    return TestingProgram.on(database, home)
        .with("TELEGRAM_API_URL", telegram.url())
        .with("PENNYWORTH_PUBLIC_URL", TestingTelegramBot.PUBLIC_URL)
        .withModels(models.baseUrl())
        .through(proxy, database)
        .start();
  }

  private void killAndStart(Set<String> stillSilent) {
    program.kill();
    proxy.disarm();
    silent.retainAll(stillSilent);
    Eventually.holds(
        "PostgreSQL has noticed",
        () ->
            figure(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND application_name = 'pennyworth'")
                == 0);
    // As when the time has passed that a claim and a node's row are good for.
    jdbi.useHandle(handle -> {
      handle.execute("UPDATE node SET expires_at = '-infinity'");
      handle.execute("UPDATE outbox SET lease_until = '-infinity'");
    });
    program = start();
  }

  private TestingStop arm(Chat chat, Moment moment, String part) {
    return proxy.arm(
        new TestingStop(
            chat.token() + " at " + part,
            chat.team().id(),
            moment,
            statements -> statements.stream().anyMatch(sql -> sql.contains(part))));
  }

  private Chat silentChat(String token) {
    silent.add(token);
    return chat(token);
  }

  private Chat chat(String token) {
    var team =
        TestingTeam.of(
            program.post(
                "/api/auth/register",
                "",
                "{\"email\":\"%s@example.com\",\"password\":\"%s\"}"
                    .formatted(UUID.randomUUID(), TestingTeam.PASSWORD)));
    var made =
        program.post(
            "/api/bots",
            team.accessToken(),
            """
            {"name":"Penny","platform":"telegram","system_prompt":"Be brief.",
             "llm_provider":"openai","llm_model":"gpt-4o-mini",
             "platform_config":{"bot_token":"%s","webhook_secret":"%s"}}
            """
                .formatted(token, TestingTelegramBot.SECRET));
    var id = made.json().required("id").textValue();
    program.post("/api/bots/" + id + "/activate", team.accessToken(), "");
    return new Chat(token, team, id);
  }

  private void say(Chat chat, String text) {
    var answer =
        program.send(
            "POST",
            "/api/bots/webhook/telegram/" + chat.id(),
            "",
            TestingTelegramBot.update(1, 7001, text),
            Map.of(TestingTelegramBot.HEADER, TestingTelegramBot.SECRET));
    assertThat(answer.status()).isEqualTo(200);
  }

  private int sent(Chat chat) {
    return texts(chat).size();
  }

  private List<String> texts(Chat chat) {
    return telegram.calls(chat.token(), "sendmessage").stream().map(Call::text).toList();
  }

  private String whole(Chat chat) {
    return String.join("", texts(chat)).replace(" ", "");
  }

  private int partsSent(Chat chat) {
    return jdbi.withHandle(handle ->
        handle
            .select("SELECT parts_sent FROM outbox WHERE team_id = ?", chat.team().id().uuid())
            .mapTo(Integer.class)
            .findOne()
            .orElse(0));
  }

  private long figure(String sql) {
    return jdbi.withHandle(handle -> handle.select(sql).mapTo(Long.class).one());
  }

  private void await(Chat chat, String state) {
    Eventually.holds(
        chat.token() + " is " + state, Duration.ofSeconds(60), () -> isIn(chat, state));
  }

  private boolean isIn(Chat chat, String state) {
    return jdbi.withHandle(handle ->
        handle
            .select("SELECT state FROM outbox WHERE team_id = ?", chat.team().id().uuid())
            .mapTo(String.class)
            .findOne()
            .filter(state::equals)
            .isPresent());
  }

  private static String longText() {
    var text = new StringBuilder();
    for (int i = 0; text.length() < 26_000; i++) {
      text.append("word").append(i).append(' ');
    }
    return text.toString().strip();
  }
}
