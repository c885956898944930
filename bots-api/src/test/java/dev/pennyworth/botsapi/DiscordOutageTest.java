package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody writes to a bot on Discord while no process runs at all.
class DiscordOutageTest {
  private static final String CHANNEL = "800000000000000078";
  private static final String TOKEN = "token-of-the-outage";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir private Path home;

  @Test
  void whatWasSaidAfterAKillAndAfterAStopIsOneBilledTurnEach() {
    try (var database = TestingDatabase.create();
        var discord = new TestingDiscord();
        var gateway = new TestingDiscordGateway(discord)) {
      var setup = TestingProgram.on(database, home).with("DISCORD_API_URL", discord.url());
      var jdbi = Jdbi.create(database.jdbcUrl(), database.user(), database.password());
      var program = setup.start();
      try {
        DiscordCrashTest.activate(program, discord, TOKEN);
        Eventually.holds("it listens", PATIENCE, () -> gateway.ready() == 1);
        var first = TestingDiscordBot.message(CLOCK.instant(), 1, CHANNEL, "First.");
        discord.history().add(first);
        gateway.send(TOKEN, "MESSAGE_CREATE", first);
        awaitAnswers(discord, 1);
        Eventually.holds("it is noted how far is heard", PATIENCE, () -> isNoted(jdbi));

        program.kill();
        say(discord, 2, "After a kill.");
        program = setup.start();
        awaitAnswers(discord, 2);

        program.stop();
        program.awaitExit();
        say(discord, 3, "After a stop.");
        program = setup.start();
        awaitAnswers(discord, 3);

        assertThat(answers(discord))
            .satisfiesExactly(
                answer -> assertThat(answer).contains("“First.”"),
                answer -> assertThat(answer).contains("“After a kill.”"),
                answer -> assertThat(answer).contains("“After a stop.”"));
        assertThat(count(jdbi, "turn")).isEqualTo(3);
        assertThat(count(jdbi, "hold WHERE state = 'settled'")).isEqualTo(3);
      } finally {
        program.close();
      }
    }
  }

  private static void say(TestingDiscord discord, int number, String text) {
    discord.history().add(TestingDiscordBot.message(CLOCK.instant(), number, CHANNEL, text));
  }

  private static void awaitAnswers(TestingDiscord discord, int count) {
    Eventually.holds(
        count + " answers are visible", PATIENCE, () -> answers(discord).size() == count);
  }

  private static List<String> answers(TestingDiscord discord) {
    return discord.visible(CHANNEL);
  }

  private static boolean isNoted(Jdbi jdbi) {
    return count(jdbi, "platform_slot WHERE read_upto IS NOT NULL") == 1;
  }

  private static int count(Jdbi jdbi, String from) {
    return jdbi.withHandle(
        handle -> handle.select("SELECT count(*) FROM " + from).mapTo(Integer.class).one());
  }
}
