package dev.pennyworth.botsapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pennyworth.agentloop.Eventually;
import dev.pennyworth.agentloop.NodeLease;
import dev.pennyworth.botsapi.TestingTelegram.Call;
import dev.pennyworth.migrations.TestingDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two nodes that fetch messages: each bot is listened to by one of them.
final class TelegramNodesTest {
  private final TestingDatabase database = TestingDatabase.create();
  private final TestingTelegram telegram = new TestingTelegram();
  private TestingServer first;
  private TestingServer second;

  @BeforeEach
  void start() {
    first = node();
    second = node();
  }

  private TestingServer node() {
    return TestingServer.start(database, Map.of("TELEGRAM_API_URL", telegram.url()));
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    telegram.close();
    database.close();
  }

  @Test
  void aBotIsListenedToOnceAndByAnotherNodeOnceItsNodeHasGone() {
    var chats = Stream.generate(() -> TestingTelegramBot.active(first, "")).limit(4).toList();
    for (var chat : chats) {
      write(chat, 1, "Hello?");
    }
    chats.forEach(chat -> chat.awaitState(1, "sent"));
    assertThat(telegram.updates().conflicts()).as("two that fetched for one bot").isZero();

    // As for the second node the first has gone: its row has expired. It does not know that itself.
    second.clock().advance(Duration.ofSeconds(10));
    Eventually.holds(
        "the second has all",
        () -> chats.stream().allMatch(chat -> owner(chat).equals(owner(second))));
    for (var chat : chats) {
      write(chat, 2, "And now?");
    }
    chats.forEach(chat -> chat.awaitState(2, "sent"));

    for (var chat : chats) {
      assertThat(telegram.texts(chat.token())).as("each is answered once").hasSize(2);
      assertThat(offsets(chat)).as("read on from what was kept").last().isEqualTo(3);
      assertThat(offsets(chat)).filteredOn(offset -> offset == 0).as("from the start").hasSize(1);
    }
  }

  @Test
  void aNodeThatStopsLetsGoAtOnceAndAPausedBotIsLetGo() {
    var chat = TestingTelegramBot.active(first, "");
    write(chat, 1, "Hello?");
    chat.awaitState(1, "sent");
    boolean isFirst = owner(chat).equals(owner(first));
    var left = isFirst ? second : first;
    (isFirst ? first : second).close();
    write(chat, 2, "And now?");
    chat.at(left).awaitState(2, "sent");
    assertThat(telegram.texts(chat.token())).hasSize(2);

    left.post("/api/bots/" + chat.bot().id() + "/pause", chat.bot().team().accessToken(), "");
    Eventually.holds("nobody has it", () -> owner(chat).isEmpty());
    Eventually.holds("nobody fetches", () -> telegram.updates().isQuiet(chat.token()));
  }

  private void write(TestingTelegramBot chat, int id, String text) {
    telegram.updates().add(chat.token(), id, TestingTelegramBot.update(id, 7001, text));
  }

  private static Optional<UUID> owner(TestingServer node) {
    return Optional.of(node.bean(NodeLease.class).node());
  }

  private Optional<UUID> owner(TestingTelegramBot chat) {
    return Jdbi.create(database.dataSource())
        .withHandle(handle ->
            handle
                .select(
                    "SELECT owner FROM platform_slot WHERE team_id = ? AND owner IS NOT NULL",
                    chat.bot().team().id().uuid())
                .mapTo(UUID.class)
                .findOne());
  }

  private List<Integer> offsets(TestingTelegramBot chat) {
    return telegram.calls(chat.token(), "getupdates").stream()
        .map(Call::json)
        .map(poll -> poll.path("offset").asInt())
        .toList();
  }
}
