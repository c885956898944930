package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.NodeLease;
import dev.pennyworth.migrations.TestingDatabase;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two nodes, one of which keeps a bot's connection to Discord's gateway until it stops.
final class DiscordNodesTest {
  private final TestingDatabase database = TestingDatabase.create();
  private final TestingDiscord discord = new TestingDiscord();
  private final TestingDiscordGateway gateway = new TestingDiscordGateway(discord);
  private TestingServer first;
  private TestingServer second;

  @BeforeEach
  void start() {
    first = node();
    second = node();
  }

  private TestingServer node() {
    return TestingServer.start(database, Map.of("DISCORD_API_URL", discord.url()));
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    gateway.close();
    discord.close();
    database.close();
  }

  @Test
  void whatWasSaidBetweenTwoNodesIsAnsweredOnce() {
    var chat = TestingDiscordBot.active(first, discord, "");
    Eventually.holds("it is listened to", () -> gateway.isReady(chat.token()));
    hear(chat, 1, "First.");
    Eventually.holds("it is answered", () -> discord.visible(chat.channel()).size() == 1);
    Eventually.holds(
        "it is noted how far is heard",
        () -> count(chat, "platform_slot WHERE read_upto IS NOT NULL AND") == 1);
    boolean isFirst = owner(chat).equals(first.bean(NodeLease.class).node());

    say(chat, 2, "Between.");
    (isFirst ? first : second).close();
    Eventually.holds("the other listens", () -> gateway.identified(chat.token()) == 2);
    Eventually.holds("it is answered", () -> discord.visible(chat.channel()).size() == 2);
    Eventually.holds("the other is ready", () -> gateway.isReady(chat.token()));
    say(chat, 3, "And now?");
    hear(chat, 3, "And now?");

    Eventually.holds("it is answered", () -> discord.visible(chat.channel()).size() == 3);
    assertThat(discord.visible(chat.channel()))
        .satisfiesExactly(
            answer -> assertThat(answer).contains("“First.”"),
            answer -> assertThat(answer).contains("“Between.”"),
            answer -> assertThat(answer).contains("“And now?”"));
    assertThat(count(chat, "turn")).isEqualTo(3);
  }

  private void hear(TestingDiscordBot chat, int number, String text) {
    gateway.send(
        chat.token(),
        "MESSAGE_CREATE",
        TestingDiscordBot.message(first.clock().instant(), number, chat.channel(), text));
  }

  private void say(TestingDiscordBot chat, int number, String text) {
    discord
        .history()
        .add(TestingDiscordBot.message(first.clock().instant(), number, chat.channel(), text));
  }

  private UUID owner(TestingDiscordBot chat) {
    return Jdbi.create(database.dataSource())
        .withHandle(handle ->
            handle
                .select(
                    "SELECT owner FROM platform_slot WHERE team_id = ? AND owner IS NOT NULL",
                    chat.bot().team().id().uuid())
                .mapTo(UUID.class)
                .one());
  }

  private int count(TestingDiscordBot chat, String from) {
    var where = from.contains("WHERE") ? from : from + " WHERE";
    return Jdbi.create(database.dataSource())
        .withHandle(handle ->
            handle
                .select(
                    "SELECT count(*) FROM " + where + " team_id = ?", chat.bot().team().id().uuid())
                .mapTo(Integer.class)
                .one());
  }
}
