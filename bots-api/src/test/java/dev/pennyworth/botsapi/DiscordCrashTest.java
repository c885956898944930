package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.botsapi.TestingDiscord.Answer;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program is killed between Discord's taking an answer and its own note of that.
class DiscordCrashTest {
  private static final String CHANNEL = "800000000000000077";
  private static final String TOKEN = "token-of-the-crash";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path home;

  @Test
  void theAnswerIsVisibleOnce() {
    try (var database = TestingDatabase.create();
        var discord = new TestingDiscord();
        var gateway = new TestingDiscordGateway(discord)) {
      var setup = TestingProgram.on(database, home).with("DISCORD_API_URL", discord.url());
      var program = new AtomicReference<>(setup.start());
      try {
        activate(program.get(), discord, TOKEN);
        Eventually.holds("it listens", PATIENCE, () -> gateway.ready() == 1);
        var isKilled = new AtomicBoolean();
        discord.answer(call -> {
          if (call.isOfText() && isKilled.compareAndSet(false, true)) {
            program.get().kill();
            return new Answer.Lost();
          }
          return new Answer.Good();
        });

        gateway.send(TOKEN, "MESSAGE_CREATE", TestingDiscordBot.message(1, CHANNEL, "Hello?"));
        Eventually.holds("Discord shows it", PATIENCE, () -> discord.visible(CHANNEL).size() == 1);
        var jdbi = Jdbi.create(database.jdbcUrl(), database.user(), database.password());
        endLeases(jdbi);
        program.set(setup.start());

        Eventually.holds("it is noted", PATIENCE, () -> isSent(jdbi));
        assertThat(discord.calls("POST", "/channels/" + CHANNEL + "/messages")).hasSize(2);
        assertThat(discord.visible(CHANNEL)).hasSize(1);
      } finally {
        program.get().close();
      }
    }
  }

  /// Makes an active bot of the operator's.
  static void activate(TestingProcess program, TestingDiscord discord, String token) {
    var key = TestingDiscordBot.publicKey(TestingDiscordBot.keys());
    var application = discord.register(token, key);
    ReplyCrashTest.activate(
        program,
        """
        "platform":"discord",
        "platform_config":{"application_id":"%s","public_key":"%s","bot_token":"%s"}
        """
            .formatted(application.id, key, token));
  }

  /// As time would.
  private static void endLeases(Jdbi jdbi) {
    jdbi.useHandle(handle -> handle.execute("UPDATE outbox SET lease_until = '-infinity'"));
  }

  private static boolean isSent(Jdbi jdbi) {
    return jdbi.withHandle(handle ->
        handle.select("SELECT state FROM outbox").mapTo(String.class).one().equals("sent"));
  }
}
