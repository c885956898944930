package dev.pennyworth.botsapi;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.migrations.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What it takes to listen to Discord's gateway for many bots: threads and memory of the program's
/// process, with so many connected.
///
/// A table, not a test: run it with `.ci/benchmark discord`. Discord and the database are processes
/// of their own. The figures include what measuring takes: some threads of remote management.
class DiscordBenchmark {
  private static final List<Integer> BOTS = List.of(0, 1, 100, 200, 300);
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path home;

  @Test
  void botsAtTheGateway() throws Exception {
    try (var database = TestingDatabase.create();
        var discord = new TestingDiscord();
        var gateway = new TestingDiscordGateway(discord);
        var program = start(database, discord);
        var figures = TestingFigures.of(program.id())) {
      var token = program.signIn();
      TestingTable.print(
          "bots", "threads", "OS threads", "heap MB", "RSS MB", "pool", "in use max", "in use avg");
      int made = 0;
      for (int bots : BOTS) {
        while (made < bots) {
          activate(program, token, discord, ++made);
        }
        Eventually.holds("all listen", PATIENCE, () -> gateway.ready() == bots);
        TestingTable.print(Stream.of(List.of(bots), figures.now()).flatMap(List::stream).toArray());
      }
    }
  }

  private TestingProcess start(TestingDatabase database, TestingDiscord discord) {
    return TestingProgram.on(database, home)
        .with("DISCORD_API_URL", discord.url())
        .startToMeasure();
  }

  private static void activate(
      TestingProcess program, String token, TestingDiscord discord, int number) {
    var key = TestingDiscordBot.publicKey(TestingDiscordBot.keys());
    var application = discord.register("benchmark-" + number, key);
    var made =
        program.post(
            "/api/bots",
            token,
            TestingBot.body(
                """
                "name":"%d","platform":"discord",
                "platform_config":{"application_id":"%s","public_key":"%s","bot_token":"%s"}
                """
                    .formatted(number, application.id, key, "benchmark-" + number)));
    var id = made.json().required("id").textValue();
    var active = program.post("/api/bots/" + id + "/activate", token, "{}");
    if (active.status() != 200) {
      throw new IllegalStateException(active.text());
    }
  }
}
